import { RUN_STATUSES } from '@errand/core/vocabulary';
import { z } from 'zod';
import { Duration } from './quantity.ts';

const Time = z.iso.datetime();

/** Query parameters that may come once or more often. */
export function many<Item extends z.ZodType>(item: Item): z.ZodType<z.output<Item>[]> {
  return z.preprocess((value) => (Array.isArray(value) ? value : String(value).split(',')), z.array(item));
}

export const ListRunsQuery = z.strictObject({
  status: many(z.enum(RUN_STATUSES)).optional(),
  pool: z.string().optional(),
  agent: z.string().optional(),
  session: z.string().optional(),
  owner: z.string().optional(),
  name: z.string().optional(),
  script: z.string().optional(),
  tag: many(z.string()).optional(),
  text: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Words that all stand in name, command, script or tags; capitals do not matter' }),
  createdAfter: Time.optional(),
  createdBefore: Time.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
});

export const GetRunQuery = z.strictObject({
  wait: Duration.optional().meta({
    description: 'Hold the answer until the run ends, at most this long (10m)',
  }),
});

export const CreateRunQuery = z.strictObject({
  wait: Duration.optional().meta({
    description: 'Hold the answer until the run ends, at most this long (10m)',
  }),
});

export const ReadLogQuery = z.strictObject({
  attempt: z.coerce.number().int().min(1).optional(),
  stream: z.enum(['stdout', 'stderr']).optional(),
  follow: Flag().optional(),
  format: z.enum(['bytes', 'frames', 'events']).optional(),
  from: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Combined offset; as Range, for readers that cannot set headers' }),
});

export const FindLinesQuery = z.strictObject({
  text: z
    .union([z.string().min(1).max(200), z.array(z.string().min(1).max(200)).min(1).max(8)], {
      error: 'must be 1 to 8 texts of 1 to 200 characters',
    })
    .optional()
    .meta({ description: 'A line is wanted if it holds any of these; A to Z and a to z count as the same' }),
  stream: z.enum(['stdout', 'stderr']).optional(),
  attempt: z.coerce.number().int().min(1).optional(),
  direction: z.enum(['forward', 'back']).default('forward'),
  from: z.coerce.number().int().min(0).optional().meta({
    description:
      'Combined offset: forward the first line that begins at or after it, back the last one before it. Default: the beginning, or back the end',
  }),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export const FoundLines = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        offset: z.int().meta({ description: 'Combined offset of its first byte' }),
        stream: z.enum(['stdout', 'stderr']),
        time: z.int().meta({ description: 'ms since 1970' }),
        text: z.string().meta({ description: 'At most 4 KiB of it, escape sequences included' }),
      }),
    )
    .meta({ description: 'In the order in which they were looked for' }),
  next: z.int().meta({ description: 'Give it as from to go on in the same direction' }),
  done: z.boolean().meta({ description: 'Nothing is left in this direction as the log stands' }),
  size: z.int().meta({ description: 'Bytes of the log at this moment' }),
});

export const WriteInputQuery = z.strictObject({
  offset: z.coerce.number().int().min(0).default(0),
  end: Flag().optional(),
});

export const ShutDownQuery = z.strictObject({ busy: Flag().optional() });

export const InputTaken = z.strictObject({ size: z.int(), ended: z.boolean() });

/** `1`, `true` or an empty value: yes. `0`, `false`: no. */
export function Flag(): z.ZodType<boolean, string> {
  return z
    .enum(['', '1', 'true', '0', 'false'])
    .transform((text) => text === '' || text === '1' || text === 'true');
}
