import { JOB_FINISHES, JOB_RETRY_CAUSES, LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';
import { Duration, Size } from './quantity.ts';
import { RunCreate } from './run.ts';
import { SessionSpecWish } from './session.ts';
import { Label, Name, OwnerPath, ProgramText } from './text.ts';

const ONE_OF_A_COMMAND = 'give one of command, shell and script';

/** What a run takes that makes sense in a job. */
const CommandObject = z
  .strictObject({
    name: RunCreate.shape.name,
    command: RunCreate.shape.command,
    shell: RunCreate.shape.shell,
    script: RunCreate.shape.script,
    args: RunCreate.shape.args,
    env: RunCreate.shape.env,
    secretEnv: RunCreate.shape.secretEnv,
    cwd: RunCreate.shape.cwd,
    stdin: z
      .union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })], {
        error: 'must be {"text": ...} or {"base64": ...}',
      })
      .optional(),
    timeout: RunCreate.shape.timeout,
    grace: RunCreate.shape.grace,
    maxLog: RunCreate.shape.maxLog,
    retry: RunCreate.shape.retry,
  })
  .refine((run) => [run.command, run.shell, run.script].filter((way) => way !== undefined).length === 1, {
    message: ONE_OF_A_COMMAND,
    path: ['command'],
  });

const CommandWish = z.union([RunCreate.shape.shell.unwrap(), CommandObject], {
  error: 'must be a text for sh -c, or an object with command (program and arguments) and options of a run',
});

const S3Url = z
  .string()
  .max(1_200)
  .regex(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.+$/,
    'must be s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for anything below a prefix',
  );

const OutputWish = z
  .strictObject({
    s3: S3Url.optional().meta({ description: 's3://bucket/key, or a prefix that ends with a slash' }),
    file: ProgramText.min(1)
      .max(4_000)
      .refine((path) => !path.split('/').includes('..'), 'must not contain ..')
      .optional()
      .meta({ description: 'A file in the session; relative to the folder in which commands begin' }),
    url: z
      .url({ protocol: /^https?$/, error: 'must be an address such as https://example.com/out.json' })
      .max(4_000)
      .optional(),
    newerThan: z.literal('start', { error: 'must be start' }).optional().meta({
      description: 'start: what was there before the commands began does not count',
    }),
    minSize: Size.optional(),
    checksum: z
      .string()
      .regex(
        /^(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$/,
        'must be sha256: or md5: and the digits, such as sha256:9f86d0...',
      )
      .optional(),
    wait: Duration.optional().meta({
      description: 'How long it may take to appear after the last command (30s)',
    }),
  })
  .refine(({ s3, file, url }) => [s3, file, url].filter((each) => each !== undefined).length === 1, {
    message: 'must have one of s3, file and url',
  })
  .refine(({ s3, checksum }) => s3?.endsWith('/') !== true || checksum === undefined, {
    message: 'is of one object, not of everything below a prefix',
    path: ['checksum'],
  });

const RetryWish = z
  .strictObject({
    attempts: z.int().min(1).max(LIMITS.retryAttempts).meta({ description: 'The first one counts' }),
    on: z
      .array(z.enum(JOB_RETRY_CAUSES))
      .min(1)
      .optional()
      .meta({ description: 'Causes after which it is tried again; all of them without it' }),
    backoff: Duration.optional().meta({ description: 'Before the second attempt (10s)' }),
    rate: z.number().min(1).max(100).optional().meta({ description: 'By how much waits grow (2)' }),
    max: Duration.optional().meta({ description: 'The longest wait (1h)' }),
  })
  .refine(({ backoff = 0, max = backoff }) => max >= backoff, {
    message: 'must not be less than backoff, the first wait',
    path: ['max'],
  });

const FinishWish = z.union(
  [
    z.enum(JOB_FINISHES),
    z
      .strictObject({
        keep: Duration.optional().meta({ description: 'How long it runs on' }),
        stop: z
          .strictObject({
            deleteVolumes: z.boolean().meta({
              description: 'Its disks are deleted once it is stopped; a start makes it anew (EC2)',
            }),
          })
          .optional(),
      })
      .refine(({ keep, stop }) => (keep === undefined) !== (stop === undefined), {
        message: 'must have one of keep and stop',
      }),
  ],
  { error: 'must be delete, stop, keep, {"keep": "2h"}, or {"stop": {"deleteVolumes": true}}' },
);

const JobSession = SessionSpecWish.extend({
  instanceParameters: z
    .record(z.string(), z.json())
    .optional()
    .meta({ description: 'Short for options.instanceParameters' }),
})
  .refine(
    ({ instanceParameters, options = {} }) =>
      instanceParameters === undefined || options['instanceParameters'] === undefined,
    {
      message: 'stands beside options.instanceParameters; give one of the two',
      path: ['instanceParameters'],
    },
  )
  .refine(({ command, shell }) => command === undefined || shell === undefined, {
    message: 'give either command or shell',
    path: ['command'],
  });

/** What a job is: a session, commands in it, and what must be there afterwards. */
export const JobDocument = z
  .strictObject({
    name: Name.optional().meta({ description: 'Unique among the owner’s jobs' }),
    tags: z.array(Name).max(LIMITS.tags).default([]),
    owner: OwnerPath.optional(),
    session: JobSession.optional().meta({ description: 'What each attempt runs in; made for it' }),
    template: Label.optional().meta({ description: 'Name of a template of sessions, instead of session' }),
    params: z.record(z.string().max(100), z.json()).optional(),
    commands: z.array(CommandWish).min(1, 'must have a command').max(LIMITS.jobCommands),
    outputs: z.array(OutputWish).max(LIMITS.jobOutputs).default([]),
    timeout: Duration.optional().meta({ description: 'Of one attempt, provisioning included (24h)' }),
    deadline: Duration.optional().meta({ description: 'Of all attempts and the waits between them' }),
    retry: RetryWish.optional(),
    finish: FinishWish.default('delete').meta({
      description: 'What becomes of the session of a job that succeeded; after a failure it is not kept',
    }),
  })
  .refine(({ session, template }) => session === undefined || template === undefined, {
    message: 'decides all of the session; leave session out',
    path: ['template'],
  })
  .refine(({ template, params }) => template !== undefined || params === undefined, {
    message: 'needs a template',
    path: ['params'],
  })
  .meta({ id: 'JobDocument' });
export type JobDocument = z.output<typeof JobDocument>;
export type JobDocumentInput = z.input<typeof JobDocument>;
