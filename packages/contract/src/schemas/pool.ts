import { LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';
import { Duration } from './quantity.ts';
import { Label } from './text.ts';

export const PoolParams = z.strictObject({ name: Label });

/** How many runs at once. 0 would mean that nothing ever runs, and there is a word for that. */
export const Limit = z
  .int('must be a whole number')
  .min(1, 'must be at least 1; to let nothing run, pause the pool')
  .max(LIMITS.limit, `must be at most ${LIMITS.limit}; for no limit give null`);

const limit = Limit.nullable().meta({ description: 'How many runs may be held at once; null: no limit' });
const limitPerKey = Limit.nullable().meta({ description: 'The same for the runs that one key submitted' });
const paused = z.boolean().meta({ description: 'No run is given to an agent; what runs goes on' });
const lostAfter = Duration.refine((ms) => ms >= 1_000, 'must be at least 1s').meta({
  description: 'A run that is unreachable for longer counts as lost',
});

/** The whole of it: what is not given is as in a new pool. */
export const PoolPut = z.strictObject({
  limit: limit.default(null),
  limitPerKey: limitPerKey.default(null),
  paused: paused.default(false),
  lostAfter: lostAfter.prefault('5m'),
});

/** Some of it: what is not given stays. */
export const PoolPatch = z.strictObject({
  limit: limit.optional(),
  limitPerKey: limitPerKey.optional(),
  paused: paused.optional(),
  lostAfter: lostAfter.optional(),
});

export const Pool = z
  .strictObject({
    name: z.string(),
    adminOnly: z.boolean(),
    paused,
    limit,
    limitPerKey,
    lostAfterMs: z.int(),
    queued: z.int(),
    running: z.int().meta({ description: 'Runs that agents hold' }),
    agents: z.int(),
    online: z.int().meta({ description: 'Those of them that are heard from' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Pool' });
export const PoolList = z.strictObject({ pools: z.array(Pool) });
