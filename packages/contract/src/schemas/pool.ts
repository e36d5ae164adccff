import { z } from 'zod';
import { Environment, SecretEnvironment, VariableName } from './environment.ts';
import { Limit } from './limit.ts';
import { Duration } from './quantity.ts';
import { SessionSpecWish } from './session.ts';
import { Label } from './text.ts';

export const PoolParams = z.strictObject({ name: Label });

const limit = Limit.nullable().meta({ description: 'How many runs may be held at once; null: no limit' });
const limitPerKey = Limit.nullable().meta({ description: 'The same for the runs that one key submitted' });
const paused = z.boolean().meta({ description: 'No run is given to an agent; what runs goes on' });
const lostAfter = Duration.refine((ms) => ms >= 1_000, 'must be at least 1s').meta({
  description: 'A run that is unreachable for longer counts as lost',
});

const env = {
  description: 'Variables that its runs get when they are submitted; those of the run come before',
};
const secretEnv = {
  description: 'The same, but encrypted at rest, never shown again, and masked in what the runs write',
};

/** Variables that are secret belong to the pool, whose runs get them. */
const LaunchWish = SessionSpecWish.omit({ secretEnv: true, files: true }).extend({ provider: Label });

const launch = {
  description:
    'What is made for each of its runs, as for a session, and is gone after it; null: agents come by themselves',
};

/** The whole of it: what is not given is as in a new pool. */
export const PoolPut = z.strictObject({
  limit: limit.default(null),
  limitPerKey: limitPerKey.default(null),
  paused: paused.default(false),
  lostAfter: lostAfter.prefault('5m'),
  env: Environment.default({}).meta(env),
  secretEnv: SecretEnvironment.default({}).meta(secretEnv),
  launch: LaunchWish.nullable().default(null).meta(launch),
});

/** Some of it: what is not given stays. */
export const PoolPatch = z.strictObject({
  limit: limit.optional(),
  limitPerKey: limitPerKey.optional(),
  paused: paused.optional(),
  lostAfter: lostAfter.optional(),
  env: changesOf(Environment).optional().meta(env),
  secretEnv: changesOf(SecretEnvironment).optional().meta(secretEnv),
  launch: LaunchWish.nullable().optional().meta(launch),
});

/** Variables that are set, and such that are taken away (null); the others stay. */
function changesOf(environment: typeof Environment): z.ZodType<Record<string, string | null>> {
  return z.record(VariableName, z.string().nullable()).superRefine((changes, context) => {
    const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null));
    for (const { path, message } of environment.safeParse(set).error?.issues ?? [])
      context.addIssue({ code: 'custom', path, message });
  });
}

export const Pool = z
  .strictObject({
    name: z.string(),
    adminOnly: z.boolean(),
    paused,
    limit,
    limitPerKey,
    lostAfterMs: z.int(),
    env: z.record(z.string(), z.string()),
    secretEnv: z.array(z.string()).meta({ description: 'Names only' }),
    launch: z.record(z.string(), z.unknown()).nullable().meta(launch),
    queued: z.int(),
    running: z.int().meta({ description: 'Runs that agents hold' }),
    agents: z.int(),
    online: z.int().meta({ description: 'Those of them that are heard from' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Pool' });
export const PoolList = z.strictObject({ pools: z.array(Pool) });
