import { CANCEL_SIGNALS, LIMITS, RETRY_CAUSES, RUN_STATUSES } from '@errand/core/vocabulary';
import { z } from 'zod';
import { ArtifactPatterns, KeptArtifacts } from './artifact.ts';
import { byteLength, Environment, SecretEnvironment } from './environment.ts';
import { Limit } from './limit.ts';
import { Duration, Size, SomeTime } from './quantity.ts';
import { ResultViewInput, ScriptName, Sha256 } from './script.ts';
import { Label, Labels, Name, OwnerPath, ProgramText } from './text.ts';

export const Argv = z
  .array(
    ProgramText.refine(
      (arg) => byteLength([arg]) <= LIMITS.argBytes,
      `must be at most ${LIMITS.argBytes} bytes`,
    ),
  )
  .min(1, 'must name a program')
  .refine((argv) => argv[0] !== '', 'must name a program')
  .refine((argv) => byteLength(argv) <= LIMITS.argvBytes, `must be at most ${LIMITS.argvBytes} bytes in all`);

const Rows = z.int().min(1).max(10_000);
export const TerminalSize = z.strictObject({ rows: Rows, columns: Rows });

export const RunCreate = z
  .strictObject({
    command: Argv.optional().meta({ description: 'Program and arguments, as they are' }),
    shell: ProgramText.refine((text) => text.trim() !== '', 'must not be empty')
      .refine((text) => byteLength([text]) <= LIMITS.argBytes, `must be at most ${LIMITS.argBytes} bytes`)
      .optional()
      .meta({ description: 'A text for sh -c, instead of command' }),
    script: z
      .union(
        [
          ScriptName,
          z.strictObject({
            name: ScriptName,
            sha256: Sha256.optional(),
            source: z.enum(['central', 'offered']).optional(),
          }),
        ],
        {
          error:
            'must be the name of a script: a-z, 0-9, dash and underscore, or {"name": ..., "sha256": ...}',
        },
      )
      .optional()
      .meta({
        description: 'A script to call, instead of command; with sha256 only in exactly that version',
      }),
    args: z.record(z.string(), z.unknown()).optional().meta({ description: 'Arguments of the script' }),
    env: Environment.default({}),
    secretEnv: SecretEnvironment.default({}).meta({
      description:
        'As env, but encrypted at rest, never shown again, and masked in what the command writes; values of 8 characters or more',
    }),
    cwd: ProgramText.refine((path) => path.startsWith('/'), 'must be an absolute path').optional(),
    stdin: z
      .union(
        [z.literal('stream'), z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })],
        { error: 'must be "stream", {"text": ...} or {"base64": ...}' },
      )
      .optional()
      .meta({
        description:
          'Standard input: given here, or as a stream written to /v1/runs/{id}/input. None: /dev/null',
      }),
    session: Name.optional().meta({
      description: 'Id, name or subdomain of the session in which it runs; instead of pool and agent',
    }),
    pool: Label.optional().meta({ description: 'By default that of the script, else local' }),
    agent: z
      .string()
      .optional()
      .meta({ description: 'Id or name of the one agent of the pool that may serve the run' }),
    labels: Labels.refine(
      (labels) => Object.keys(labels).length <= LIMITS.labels,
      `must be at most ${LIMITS.labels}`,
    )
      .refine(
        (labels) => byteLength(Object.entries(labels).flat()) <= LIMITS.labelBytes,
        `must be at most ${LIMITS.labelBytes} bytes in all`,
      )
      .default({})
      .meta({ description: 'Only an agent that has all of these may serve the run' }),
    concurrencyKey: Name.optional().meta({
      description: 'At most `concurrency` runs of the team with this key are held at once in the pool',
    }),
    concurrency: Limit.optional().meta({
      description: 'How many (1). Of different numbers under one key the smallest holds',
    }),
    timeout: SomeTime.optional(),
    queueTimeout: Duration.optional(),
    grace: Duration.optional().meta({ description: 'Between the signal and the kill when the run is ended' }),
    maxLog: Size.refine((bytes) => bytes > 0, 'must be at least 1 byte').optional(),
    retry: z
      .strictObject({
        attempts: z.int().min(1).max(LIMITS.retryAttempts),
        on: z
          .array(z.enum(RETRY_CAUSES))
          .min(1)
          .default([...RETRY_CAUSES]),
        backoff: Duration.optional(),
      })
      .optional(),
    keepChildren: z.boolean().default(false),
    artifacts: ArtifactPatterns.optional().meta({
      description:
        'Files that are kept when it ends, such as out/*.txt; from the folder in which it runs, ** for any folders',
    }),
    tty: TerminalSize.optional(),
    name: Name.optional(),
    tags: z.array(Name).max(LIMITS.tags).default([]),
    priority: z.int().min(-1_000).max(1_000).default(0),
    owner: OwnerPath.optional(),
    caller: z.boolean().default(false).meta({
      description:
        'The submitting command line starts the command itself; only over the socket of the data folder',
    }),
  })
  .refine((run) => [run.command, run.shell, run.script].filter((way) => way !== undefined).length === 1, {
    message: 'give either command, shell or script',
    path: ['command'],
  })
  .refine((run) => run.script !== undefined || run.args === undefined, {
    message: 'are for a script; a command has its arguments behind it',
    path: ['args'],
  })
  .refine((run) => run.concurrency === undefined || run.concurrencyKey !== undefined, {
    message: 'needs a concurrencyKey: of what should there be so many at once?',
    path: ['concurrency'],
  })
  .refine((run) => run.agent === undefined || Object.keys(run.labels).length === 0, {
    message: 'do not go with agent: it names the one that shall serve the run',
    path: ['labels'],
  })
  .superRefine((run, context) => {
    for (const field of decidedFor(run)) {
      const message = run.caller
        ? 'does not go with caller: the command line itself starts the command, on its own machine'
        : 'does not go with session: that decides where the run goes';
      context.addIssue({ code: 'custom', message, path: [field] });
    }
  });

/** What would have no effect: somebody else has decided where the run goes. */
function decidedFor({ session, pool, agent, labels, caller }: Place): readonly (keyof Place)[] {
  if (caller) return session === undefined ? [] : ['session'];
  if (session === undefined) return [];
  const given = {
    pool: pool !== undefined,
    agent: agent !== undefined,
    labels: Object.keys(labels).length > 0,
  };
  return (['pool', 'agent', 'labels'] as const).filter((field) => given[field]);
}

interface Place {
  readonly session?: string | undefined;
  readonly pool?: string | undefined;
  readonly agent?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly caller: boolean;
}

export type RunCreate = z.output<typeof RunCreate>;
export type RunCreateInput = z.input<typeof RunCreate>;

const Time = z.iso.datetime();

export const LogEnd = z.strictObject({
  bytes: z.int(),
  sha256: z.string().nullable(),
  truncated: z.strictObject({ dropped: z.int(), why: z.enum(['cap', 'disk_full', 'lost']) }).nullable(),
});

export const EndView = z.strictObject({
  reason: z
    .string()
    .meta({ description: 'Kind of end: exited, signaled, spawn_failed, timed_out, canceled, lost ...' }),
  sentence: z.string(),
  exitCode: z.int().meta({ description: 'Exit status of a command line that shows this run' }),
  code: z.int().nullable().meta({ description: 'The command’s own exit code' }),
  signal: z.string().nullable().meta({ description: 'The signal that ended the command' }),
});

export const AttemptView = z.strictObject({
  attempt: z.int(),
  agentId: z.string(),
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  end: EndView.nullable(),
  log: LogEnd.nullable(),
  superseded: EndView.nullable().meta({
    description: 'The true end, where it arrived after the run had gone on',
  }),
});

const ScriptCallView = z.strictObject({
  name: z.string(),
  args: z.record(z.string(), z.unknown()),
  secretArgs: z.array(z.string()).meta({ description: 'Names only' }),
  sha256: z.string().nullable().meta({ description: 'Of the version that was called' }),
  source: z.enum(['central', 'offered']),
});

export const Run = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable(),
    status: z.enum(RUN_STATUSES),
    why: z.string().nullable().meta({ description: 'Why it waits, or what it is doing, in a sentence' }),
    owner: z.string(),
    createdBy: z.string(),
    pool: z.string(),
    session: z.string().nullable().meta({ description: 'Id of the session in which it runs' }),
    agent: z.string().nullable().meta({ description: 'Id of the agent that has it' }),
    labels: z.record(z.string(), z.string()),
    concurrency: z.strictObject({ key: z.string(), limit: z.int() }).nullable(),
    group: z.string().nullable().meta({ description: 'Id of the group it was made with' }),
    command: z.array(z.string()).nullable(),
    shell: z.string().nullable(),
    script: ScriptCallView.nullable(),
    env: z.record(z.string(), z.string()),
    secretEnv: z.array(z.string()).meta({ description: 'Names only' }),
    cwd: z.string().nullable(),
    stdin: z.enum(['none', 'stream', 'caller']),
    tty: z.boolean(),
    tags: z.array(z.string()),
    priority: z.int(),
    timeoutMs: z.int().nullable(),
    queueTimeoutMs: z.int(),
    graceMs: z.int(),
    maxLogBytes: z.int(),
    keepChildren: z.boolean(),
    artifacts: z.array(z.string()).meta({ description: 'Patterns of files that are kept when it ends' }),
    kept: KeptArtifacts.nullable().meta({
      description: 'What was kept of them; null before the end, and where nothing was executed',
    }),
    retry: z.strictObject({ attempts: z.int(), on: z.array(z.string()), backoffMs: z.int() }),
    attempt: z.int().meta({ description: 'Number of the latest attempt; 0 before the first' }),
    attempts: z.array(AttemptView),
    createdAt: Time,
    queuedAt: Time,
    startedAt: Time.nullable(),
    endedAt: Time.nullable(),
    cancelRequestedAt: Time.nullable(),
    end: EndView.nullable(),
    amendedAt: Time.nullable().meta({ description: 'When the true end of a run declared lost arrived' }),
    exitCode: z.int().nullable(),
    log: LogEnd.nullable(),
    hasResult: z.boolean(),
    result: z.unknown().optional().meta({
      description: 'What the run reported, null where it reported nothing; not in lists and events',
    }),
    resultProblem: z.string().nullable().meta({ description: 'Why what it reported was not kept' }),
    resultView: ResultViewInput.nullable().meta({ description: 'How the result is to be shown' }),
  })
  .meta({ id: 'Run' });
export type Run = z.output<typeof Run>;

export const CancelBody = z.strictObject({
  signal: z.enum(CANCEL_SIGNALS).default('TERM'),
  kill: z.boolean().default(false).meta({ description: 'Skip the grace: kill now' }),
});

/** `endedAt`: the end that the asker saw; with it a repeat of the call changes nothing. */
export const RetryBody = z.strictObject({ endedAt: Time.optional() });

export const Id = z
  .string()
  .regex(/^[a-z]+_[0-9a-z]{1,40}$/, 'must be an id such as run_01hq5s3k8e0000000000000000');
export const RunParams = z.strictObject({ id: Id });

export const RunList = z.strictObject({
  runs: z.array(Run),
  nextCursor: z.string().nullable(),
  looked: z.int().optional().meta({
    description:
      'Where a text was asked for: how many runs were looked at for this page, which ends after some thousands; nextCursor looks on',
  }),
});
