import { SessionSpecWish } from '@errand/contract';
import { z } from 'zod';

/** What a machine of an old caller is, and under which stages it may call. */
export const CortxConfig = z.strictObject({
  session: SessionSpecWish.meta({ description: 'What createInstance makes, as for POST /v1/sessions' }),
  stages: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be the name of a stage such as Prod'))
    .max(20)
    .default(['Prod', 'Stage'])
    .meta({ description: 'What may stand before the paths: /Prod/createInstance' }),
});
export type CortxConfig = z.output<typeof CortxConfig>;
