import { z } from 'zod';
import { Flag } from './run-query.ts';

export const SessionLogQuery = z.strictObject({
  lines: z.coerce.number().int().min(0).max(1_000_000).default(10_000).meta({
    description: 'So many before the present end; of a container the engine keeps the last 20 MB',
  }),
  follow: Flag().optional().meta({ description: 'And what is written from now on, until the command ends' }),
});
