import { z } from 'zod';
import { parseDuration } from '../wire/duration.ts';

const SIZE = /^(\d+(?:\.\d+)?)(B|kB|KB|MB|GB|KiB|MiB|GiB)?$/;
const BYTES = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
} as const;

/** A duration such as `500ms`, `2s`, `1.5h`, `30d`; parsed to ms. */
export const Duration = z
  .string()
  .meta({ description: 'A duration: a number and ms, s, m, h or d', examples: ['2s', '1.5h'] })
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms, 2s, 1.5h or 30d' });
    return z.NEVER;
  });

/** Where no time at all would be no limit, or make what is over at once. */
export const SomeTime = Duration.refine((ms) => ms > 0, 'must be more than nothing; leave it out instead');

/** A size such as `64KiB` or `2GB` (or a plain number of bytes); parsed to bytes. */
export const Size = z
  .union([z.string(), z.int().nonnegative()], { error: 'must be a size such as 64KiB, 10MB or 2GB' })
  .meta({
    description: 'A size in bytes, or a number with B, kB, MB, GB, KiB, MiB or GiB',
    examples: ['2GB', 65536],
  })
  .transform((value, context) => {
    const bytes = typeof value === 'number' ? value : parseSize(value);
    if (bytes !== null) return bytes;
    context.addIssue({ code: 'custom', message: 'must be a size such as 64KiB, 10MB or 2GB' });
    return z.NEVER;
  });

/** Bytes, or null where the text is no size. */
export function parseSize(text: string): number | null {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  if (amount === undefined) return null;
  const bytes = Math.round(Number(amount) * BYTES[(unit ?? 'B') as keyof typeof BYTES]);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
