import { parseDuration } from '@errand/contract';
import { z } from 'zod';

/** Where commands of old clients go, and what was fixed in the old system. */
export const AwsExecConfig = z.strictObject({
  pool: z.string().meta({ description: 'Pool that runs their commands' }),
  timeout: z
    .string()
    .refine((text) => parseDuration(text) !== null, 'must be a duration such as 14m')
    .default('14m')
    .meta({ description: 'After this long a command is ended, as the old system did' }),
  pushTo: z
    .array(z.string())
    .default([])
    .meta({ description: 'Hosts in private networks (or on plain HTTP) that push-urls may name' }),
});
export type AwsExecConfig = z.output<typeof AwsExecConfig>;
