import { SESSION_STATES } from '@errand/core/vocabulary';
import { z } from 'zod';

/** What exists at every provider, beside what is known. */
export const DoctorReport = z.strictObject({
  providers: z.array(
    z.strictObject({
      name: z.string(),
      problem: z.string().nullable().meta({ description: 'Why it could not be asked; null: it answered' }),
      note: z
        .string()
        .nullable()
        .meta({ description: 'What must be known about an empty list of what it has; null: nothing' }),
      found: z.array(
        z.strictObject({
          key: z.string(),
          sessionId: z.string(),
          state: z.enum(['running', 'kept']),
          verdict: z.enum(['known', 'orphan', 'unsure']),
          session: z.enum(SESSION_STATES).nullable(),
          sentence: z.string(),
        }),
      ),
      missing: z
        .array(z.strictObject({ sessionId: z.string(), state: z.enum(SESSION_STATES), sentence: z.string() }))
        .meta({ description: 'Sessions whose compute the provider does not show' }),
    }),
  ),
  alarms: z.array(z.strictObject({ sessionId: z.string(), sentence: z.string() })),
});
export type DoctorReport = z.output<typeof DoctorReport>;
