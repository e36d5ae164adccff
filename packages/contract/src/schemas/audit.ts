import { ERROR_CODES } from '@errand/core/vocabulary';
import { z } from 'zod';

const Time = z.iso.datetime();

export const AuditEntry = z
  .strictObject({
    id: z.string(),
    at: Time,
    key: z
      .strictObject({ id: z.string(), name: z.string(), owner: z.string() })
      .nullable()
      .meta({ description: 'Who asked, as the key was then; null: nobody that is known' }),
    action: z.string().meta({ description: 'The operation, such as cancelRun' }),
    target: z.string().nullable().meta({ description: 'Id or name of what it was done to' }),
    address: z
      .string()
      .nullable()
      .meta({ description: 'Where it came from; null: the machine of the control plane' }),
    outcome: z
      .enum(['done', ...ERROR_CODES])
      .nullable()
      .meta({ description: 'null: it goes on, or the control plane ended before it knew' }),
    note: z.string().nullable().meta({ description: 'Why it was refused' }),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof AuditEntry>;

export const AuditList = z.strictObject({ entries: z.array(AuditEntry), nextCursor: z.string().nullable() });

export const ListAuditQuery = z.strictObject({
  key: z.string().optional().meta({ description: 'Id of the key that asked' }),
  action: z.string().optional(),
  target: z.string().optional(),
  since: Time.optional(),
  before: Time.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
});
