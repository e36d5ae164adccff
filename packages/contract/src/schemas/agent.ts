import { LIMITS, RESULT_SOURCES, SPAWN_STAGES, TIMED_PHASES } from '@errand/core/vocabulary';
import { z } from 'zod';
import type { AgentFact, HelloRequest, PollRequest } from '../agent/protocol.ts';
import { FileOrder } from './file-order.ts';
import { SomeTime } from './quantity.ts';
import { LogEnd } from './run.ts';
import { ResultRuleInput, SchemaDocument, ScriptName, Sha256 } from './script.ts';
import { Label, Labels, Name } from './text.ts';

const Token = z.int().min(1);
const Ms = z.int().min(0).max(600_000);

export const Agent = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    pool: z.string(),
    labels: z.record(z.string(), z.string()),
    slots: z.int(),
    running: z.int().meta({ description: 'Attempts it holds' }),
    program: z.string(),
    online: z.boolean(),
    draining: z.boolean(),
    revoked: z.boolean(),
    lastSeenAt: z.iso.datetime(),
  })
  .meta({ id: 'Agent' });
export const AgentDetails = Agent.extend({
  maxSlots: z.int().nullable().meta({ description: 'The most slots that its join token grants' }),
  joinedAt: z.iso.datetime(),
  keySince: z.iso.datetime().nullable().meta({ description: 'When its present key was made' }),
  revokedAt: z.iso.datetime().nullable(),
  duplicateSeenAt: z.iso
    .datetime()
    .nullable()
    .meta({ description: 'When another agent with the same identity was turned away last' }),
}).meta({ id: 'AgentDetails' });
export const AgentParams = z.strictObject({ id: z.string() });
export const AgentList = z.strictObject({ agents: z.array(Agent) });

export const JoinTokenCreate = z.strictObject({
  expiresIn: SomeTime.optional().meta({ description: 'At most and by default 24h' }),
  labels: Labels.default({}).meta({ description: 'Labels the agent gets, whatever it says of itself' }),
  maxSlots: z.int().min(1).max(10_000).optional().meta({ description: 'The most slots it may offer' }),
});
export const JoinToken = z.strictObject({
  token: z.string().meta({ description: 'Shown this once; good for one agent' }),
  pool: z.string(),
  expiresAt: z.iso.datetime(),
});

export const AgentJoin = z.strictObject({
  token: z.string(),
  name: Name,
  key: z
    .string()
    .regex(/^err_[A-Za-z0-9_-]{43}$/, 'must be err_ and 256 random bits in base64url')
    .optional()
    .meta({ description: 'The key that the agent will have; the same call may then be repeated' }),
  pool: Label.optional().meta({ description: 'Refused where the token is for another; it stays good then' }),
});
export const AgentJoined = z.strictObject({ agentId: z.string(), pool: z.string(), key: z.string() });

const OfferedScript = z.strictObject({
  name: ScriptName,
  description: z.string().max(2_000).nullable(),
  parameters: SchemaDocument,
  result: ResultRuleInput.nullable(),
  sha256: Sha256,
});

/** What an agent older than a field does not say has a default. */
export const Hello = z.strictObject({
  protocol: z.int(),
  name: Name,
  labels: Labels,
  slots: z.int().min(1).max(10_000),
  program: z.string().max(100),
  scripts: z.array(OfferedScript).max(LIMITS.scripts).default([]),
  onlyScripts: z.boolean().default(false),
  hostsSessions: z.boolean().optional(),
  movesFiles: z.boolean().optional(),
}) satisfies z.ZodType<HelloRequest>;

export const AgentKey = z.strictObject({
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the new key, hex')
    .meta({
      description: 'SHA-256 of the key that the agent made; the key itself never travels before its use',
    }),
});

const AttemptName = z.strictObject({ runId: z.string(), token: Token });

export const Poll = z.strictObject({
  agentId: z.string(),
  free: z.int().min(0),
  held: z.array(AttemptName.extend({ cancel: z.enum(['none', 'asked', 'kill']) })).max(10_000),
  waitMs: Ms,
  modules: z.array(Sha256).max(LIMITS.scripts).default([]),
}) satisfies z.ZodType<PollRequest>;

const Reason = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exited'), code: z.int().min(0).max(255) }),
  z.strictObject({ kind: z.literal('signaled'), signal: z.int().min(1).max(127) }),
  z.strictObject({
    kind: z.literal('spawn_failed'),
    errno: z.string().max(40),
    stage: z.enum(SPAWN_STAGES),
    why: z.string().max(4_000),
  }),
  z.strictObject({ kind: z.literal('out_of_memory') }),
  z.strictObject({ kind: z.literal('disk_full') }),
  z.strictObject({ kind: z.literal('timed_out'), phase: z.enum(TIMED_PHASES) }),
  z.strictObject({ kind: z.literal('canceled') }),
  z.strictObject({ kind: z.literal('canceled_unproven'), left: z.int() }),
  z.strictObject({ kind: z.literal('refused'), why: z.string().max(4_000) }),
  z.strictObject({ kind: z.literal('result_invalid'), why: z.string().max(4_000) }),
  z.strictObject({ kind: z.literal('machine_gone') }),
  z.strictObject({ kind: z.literal('lost') }),
]);

/** How long a result may be is not asked here: one that is too long must not keep the end of its run from being known. */
const Reported = z.union([z.strictObject({ json: z.string() }), z.strictObject({ problem: z.string() })]);

const Fact = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('starting') }),
  z.strictObject({ kind: z.literal('started'), at: z.int() }),
  z.strictObject({
    kind: z.literal('ended'),
    reason: Reason,
    log: LogEnd.nullable(),
    result: Reported.nullable().default(null),
    files: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('not_executed') }),
]) satisfies z.ZodType<AgentFact>;

export const Report = z.strictObject({ token: Token, claimant: z.string().max(64).default(''), fact: Fact });

export const AppendQuery = z.strictObject({ token: z.coerce.number().int().min(1) });
export const InputQuery = z.strictObject({
  token: z.coerce.number().int().min(1),
  offset: z.coerce.number().int().min(0),
  waitMs: z.coerce.number().pipe(Ms),
});

const Answer = z.strictObject({ kind: z.enum(['accepted', 'superseded']) });
export const ReportAnswer = Answer;
export const AppendAnswer = z.union([
  z.strictObject({ kind: z.literal('size'), size: z.int() }),
  z.strictObject({ kind: z.literal('superseded') }),
]);

export const AppendsAnswer = z.strictObject({
  answers: z.array(
    z.union([
      AppendAnswer,
      z.strictObject({ kind: z.literal('failed'), code: z.string(), message: z.string() }),
    ]),
  ),
});

const Millis = z.int();
export const HelloAnswer = z.strictObject({
  agentId: z.string(),
  pool: z.string(),
  policy: z.strictObject({
    leaseMs: Millis,
    pollIdleMs: Millis,
    pollHeldMs: Millis,
    appendBytes: z.int(),
    appendsBytes: z.int().optional(),
    keyMs: Millis.optional(),
  }),
  slots: z.int().optional(),
});

const Window = z.strictObject({ rows: z.int(), columns: z.int() });
const ScriptCall = z.strictObject({
  name: z.string(),
  args: z.record(z.string(), z.unknown()),
  sha256: z.string().nullable(),
  source: z.enum(['module', 'offered', 'command']),
  text: z.string().nullable(),
  result: z.strictObject({ from: z.enum(RESULT_SOURCES) }).nullable(),
});
const Lease = z.strictObject({
  ...AttemptName.shape,
  session: z.string().nullable().optional(),
  argv: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  secretNames: z.array(z.string()),
  cwd: z.string().nullable(),
  stdin: z.enum(['none', 'stream']),
  timeoutMs: Millis.nullable(),
  graceMs: Millis,
  maxLogBytes: z.int(),
  keepChildren: z.boolean(),
  tty: Window.nullable(),
  logPlace: z.string().nullable(),
  script: ScriptCall.nullable(),
  artifacts: z.boolean().optional(),
});

export const PollAnswer = z.strictObject({
  leases: z.array(Lease),
  cancels: z.array(
    z.strictObject({ ...AttemptName.shape, signal: z.enum(['INT', 'TERM']), kill: z.boolean() }),
  ),
  superseded: z.array(AttemptName),
  windows: z.array(z.strictObject({ ...AttemptName.shape, ...Window.shape })),
  notice: z.string().optional(),
  sessionOrders: z.boolean().optional(),
  files: z.array(FileOrder).optional(),
});

export const TransferQuery = z.strictObject({
  bytes: z.coerce.number().int().min(1).max(LIMITS.transferBytes).default(LIMITS.transferBytes),
});
export const TransferAnswer = z.strictObject({ bytes: z.int() });
