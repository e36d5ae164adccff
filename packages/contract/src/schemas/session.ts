import {
  ACTIVITIES,
  DESIRED_STATES,
  LIMITS,
  PROVIDER_ERROR_KINDS,
  SESSION_STATES,
  SHARE_LEVELS,
} from '@errand/core/vocabulary';
import { z } from 'zod';
import { Environment, SecretEnvironment } from './environment.ts';
import { Duration, Size } from './quantity.ts';
import { Argv } from './run.ts';
import { Flag, many } from './run-query.ts';
import { FileWish, PlacedFile } from './session-file.ts';
import { Label, Name, OwnerPath, ProgramText } from './text.ts';

export const Port = z.int().min(1).max(65_535);
export const Time = z.iso.datetime();
/** Without `..`, so that no path leads out of where it is put. */
const InnerPath = ProgramText.max(4_000)
  .refine((path) => path.startsWith('/'), 'must be an absolute path')
  .refine((path) => !path.split('/').includes('..'), 'must not contain ..');

const PortWish = z.union(
  [
    Port,
    z.strictObject({
      port: Port,
      bind: z.union([z.ipv4(), z.ipv6()]).optional().meta({ description: 'Default: loopback' }),
      range: z
        .tuple([Port, Port])
        .refine(([from, to]) => from <= to, 'must be two ports, the lower first')
        .optional(),
    }),
  ],
  {
    error: 'must be a port such as 80, or {"port": 80, "bind": "0.0.0.0", "range": [40000, 65000]}',
  },
);

const HealthWish = z
  .strictObject({
    path: z
      .string()
      .max(2_000)
      .regex(/^\/[^\s]*$/, 'must be a path such as /health')
      .optional()
      .meta({ description: 'Healthy when a GET is answered with the status (and the body)' }),
    port: Port.optional().meta({ description: 'Of path; default: the first port' }),
    status: z.int().min(100).max(599).optional().meta({ description: 'Of path; default 200' }),
    body: z.string().max(10_000).optional(),
    failedBody: z
      .string()
      .max(10_000)
      .optional()
      .meta({ description: 'A body that says that waiting is pointless' }),
    tcp: Port.optional().meta({ description: 'Healthy when this port takes connections' }),
    command: Argv.optional().meta({ description: 'Healthy when this command exits with 0' }),
    interval: Duration.optional(),
    timeout: Duration.optional().meta({ description: 'Of one look' }),
  })
  .refine(
    ({ path, tcp, command }) => [path, tcp, command].filter((each) => each !== undefined).length === 1,
    'must have one of path, tcp and command',
  )
  .refine(
    ({ path, port, status, body, failedBody }) =>
      path !== undefined || [port, status, body, failedBody].every((each) => each === undefined),
    'may have port, status, body and failedBody with path only',
  );

/** What a session is made of; a template of `errand.yaml` is one, too. */
export const SessionSpecWish = z.strictObject({
  provider: Label.optional().meta({ description: 'Default: the first one that is configured' }),
  image: z.string().min(1).max(500).optional(),
  size: z.string().min(1).max(100).optional(),
  cpus: z.number().positive().max(1_024).optional(),
  memory: Size.optional(),
  command: Argv.optional().meta({ description: 'What runs in it from its start on' }),
  shell: ProgramText.refine((text) => text.trim() !== '', 'must not be empty').optional(),
  env: Environment.optional(),
  secretEnv: SecretEnvironment.optional().meta({
    description: 'As env, but encrypted at rest, never shown again, and masked',
  }),
  ports: z.array(PortWish).max(LIMITS.sessionPorts).optional(),
  volumes: z
    .array(z.strictObject({ name: Label, path: InnerPath }))
    .max(LIMITS.sessionVolumes)
    .optional(),
  files: z.array(FileWish).max(LIMITS.sessionFiles).optional().meta({
    description: 'Placed before anything runs in it; where one cannot be, the start fails',
  }),
  health: HealthWish.optional(),
  pool: Label.optional().meta({ description: 'Where the provider process makes it; default local' }),
  agent: z.string().optional().meta({ description: 'Id or name of an agent of the pool' }),
  options: z
    .record(z.string().max(100), z.json())
    .optional()
    .meta({ description: 'What only its provider understands' }),
  lease: Duration.optional().meta({
    description: 'How long it outlives a control plane that does not renew it',
  }),
  idle: z
    .union([z.literal('never'), Duration], { error: 'must be a duration such as 30m, or never' })
    .optional()
    .meta({ description: 'Stopped when nothing was done in it for this long' }),
  unused: z
    .union([z.literal('never'), Duration], { error: 'must be a duration such as 30m, or never' })
    .optional()
    .meta({ description: 'Deleted when it was stopped for this long' }),
  maxLife: Duration.optional().meta({ description: 'The longest it runs after a start' }),
  createTimeout: Duration.optional(),
  readyTimeout: Duration.optional(),
  stopTimeout: Duration.optional().meta({
    description: 'After this an end that is not confirmed is an alarm',
  }),
});
export type SessionSpecWish = z.output<typeof SessionSpecWish>;

const ABOUT = {
  name: Name.optional().meta({ description: 'Unique among the owner’s sessions' }),
  tags: z.array(Name).max(LIMITS.tags).default([]),
  owner: OwnerPath.optional(),
};

export const SessionCreate = z
  .strictObject({
    ...ABOUT,
    ...SessionSpecWish.shape,
    template: Label.optional().meta({
      description: 'Name of a template of the control plane; then everything else but params comes from it',
    }),
    params: z.record(z.string().max(100), z.json()).optional(),
  })
  .refine(({ command, shell }) => command === undefined || shell === undefined, {
    message: 'give either command or shell',
    path: ['command'],
  })
  .refine(({ template, params }) => template !== undefined || params === undefined, {
    message: 'needs a template',
    path: ['params'],
  })
  .refine(
    ({ template, name: _name, tags: _tags, owner: _owner, params: _params, ...spec }) =>
      template === undefined || Object.values(spec).every((each) => each === undefined),
    { message: 'decides all but name, tags, owner and params; leave the others out', path: ['template'] },
  );
export type SessionCreate = z.output<typeof SessionCreate>;
export type SessionCreateInput = z.input<typeof SessionCreate>;

const ReasonView = z.strictObject({
  reason: z.string().meta({ description: 'Kind of reason: asked, idle, life_ended, machine_gone ...' }),
  sentence: z.string(),
  outcome: z.enum(['ended', 'failed']),
  retryable: z.boolean(),
  at: Time,
});

const PortView = z.strictObject({ port: z.int(), host: z.string().nullable(), outerPort: z.int() });

const AliveView = z.strictObject({
  because: z.enum([...ACTIVITIES, 'hold', 'no_limit']),
  sentence: z.string().meta({ description: 'Why it is alive, and when it will stop if nothing happens' }),
  activeAt: Time.meta({ description: 'When something was last done in it' }),
  idleAt: Time.nullable().meta({ description: 'When it will count as idle; null: never' }),
  endsAt: Time.nullable().meta({ description: 'When its maximum lifetime is over' }),
  stopsAt: Time.nullable().meta({ description: 'The earlier of the two' }),
  leaseUntil: Time.nullable(),
  hold: z.strictObject({ until: Time, by: z.string(), note: z.string().nullable() }).nullable(),
  extensions: z.array(z.strictObject({ by: z.string(), at: Time, endsAt: Time })),
});

export const Session = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable(),
    owner: z.string(),
    createdBy: z.string(),
    run: z.string().nullable().meta({ description: 'The run of a pool on demand that it is made for' }),
    tags: z.array(z.string()),
    template: z.strictObject({ name: z.string(), params: z.record(z.string(), z.unknown()) }).nullable(),
    state: z.enum(SESSION_STATES),
    desired: z.enum(DESIRED_STATES),
    settled: z.boolean().meta({ description: 'Is it where it is wanted, or over?' }),
    since: Time.meta({ description: 'When it came into this state' }),
    why: z.string().nullable().meta({ description: 'What it waits for, or why it ended, in a sentence' }),
    alarm: z
      .string()
      .nullable()
      .meta({ description: 'Something costs money and cannot be proven gone; null: all is well' }),
    subdomain: z.string(),
    address: z.string().nullable().meta({
      description: 'Where browsers reach its first port; null: the control plane does not listen',
    }),
    share: z
      .strictObject({ level: z.enum(SHARE_LEVELS), expiresAt: Time.nullable() })
      .meta({ description: 'Who may reach its ports' }),
    provider: z.string(),
    image: z.string().nullable(),
    size: z.string().nullable(),
    cpus: z.number().nullable(),
    memoryBytes: z.int().nullable(),
    command: z.array(z.string()).nullable(),
    shell: z.string().nullable(),
    env: z.record(z.string(), z.string()),
    secretEnv: z.array(z.string()).meta({ description: 'Names only' }),
    volumes: z.array(z.strictObject({ name: z.string(), path: z.string() })),
    files: z.array(PlacedFile),
    options: z.record(z.string(), z.unknown()),
    ports: z.array(PortView).meta({ description: 'Where its ports are reached, while it runs' }),
    launches: z.int().meta({ description: 'How often it was started' }),
    agent: z.string().nullable().meta({ description: 'Id of the agent that has it' }),
    live: z.boolean().meta({ description: 'Logs of its commands come while they run' }),
    limits: z.strictObject({
      leaseMs: z.int(),
      createMs: z.int(),
      readyMs: z.int(),
      stopMs: z.int(),
      lifeMs: z.int(),
      idleMs: z.int().nullable(),
      unusedMs: z.int().nullable(),
    }),
    alive: AliveView.nullable().meta({ description: 'null while nothing runs' }),
    unusedAt: Time.nullable().meta({ description: 'When it is deleted, if nobody starts it' }),
    cost: z
      .strictObject({
        perHour: z.number(),
        currency: z.string(),
        worstCase: z.number().meta({ description: 'If everything but the switch beside it fails now' }),
      })
      .nullable(),
    createdAt: Time,
    readyAt: Time.nullable(),
    failure: ReasonView.nullable(),
    ending: ReasonView.nullable(),
    trouble: z
      .strictObject({
        kind: z.enum(PROVIDER_ERROR_KINDS),
        message: z.string(),
        count: z.int(),
        nextTryAt: Time,
      })
      .nullable()
      .meta({ description: 'The last call of the provider failed' }),
  })
  .meta({ id: 'Session' });
export type Session = z.output<typeof Session>;

export const SessionList = z.strictObject({ sessions: z.array(Session), nextCursor: z.string().nullable() });

/** An id; or the name of one of the key’s owner; or a subdomain. */
export const SessionParams = z.strictObject({ id: Name });

export const ListSessionsQuery = z.strictObject({
  state: many(z.enum(SESSION_STATES)).optional(),
  all: Flag().optional().meta({ description: 'Also those that are over' }),
  owner: z.string().optional(),
  provider: z.string().optional(),
  name: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
});

export const GetSessionQuery = z.strictObject({
  wait: Duration.optional().meta({
    description: 'Hold the answer until the session is settled, at most this long (10m)',
  }),
});

export const SessionEventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).meta({ description: 'Number of the last event known' }),
  wait: Duration.optional().meta({ description: 'Hold the answer until there is one, at most this long' }),
});

export const SessionEvents = z.strictObject({
  events: z.array(z.strictObject({ seq: z.int(), at: Time, kind: z.string(), text: z.string() })),
  state: z.enum(SESSION_STATES),
  settled: z.boolean(),
});

export const SessionExtend = z.strictObject({
  by: Duration.meta({ description: 'It may run for this long from now on, at least' }),
});

export const SessionHold = z.strictObject({
  for: Duration.optional().meta({ description: 'Nothing stops it for being idle for this long' }),
  note: Name.optional(),
  release: z.boolean().default(false),
});

export const TemplateList = z.strictObject({
  templates: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string().nullable(),
      params: z.unknown().meta({ description: 'JSON Schema of its parameters' }),
    }),
  ),
});
