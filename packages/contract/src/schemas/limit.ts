import { LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';

/** How many runs at once. 0 would mean that nothing ever runs, and there is a word for that. */
export const Limit = z
  .int('must be a whole number')
  .min(1, 'must be at least 1; to let nothing run, pause the pool')
  .max(LIMITS.limit, `must be at most ${LIMITS.limit}; for no limit give null`);
