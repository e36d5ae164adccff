import { isOwner, LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';

const NUL = '\0';

/** Text that can be handed to a program: any characters but NUL. */
export const ProgramText = z
  .string()
  .refine((text) => !text.includes(NUL), 'must not contain a NUL character; no program can take one')
  .refine(isWhole, 'must be valid Unicode; it contains half of a surrogate pair');

export const Name = z
  .string()
  .min(1)
  .max(LIMITS.nameLength)
  // Control characters would let a name rewrite the terminal that lists it.
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');

export const Label = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, dot, dash and underscore');

/** What an agent has, or a run wants. */
export const Labels = z.record(Label, z.string().max(200));

export const OwnerPath = z
  .string()
  .refine(isOwner, 'must be an owner path such as acme/user-7: segments of a-z, 0-9, dot, dash, underscore');

function isWhole(text: string): boolean {
  return text.isWellFormed();
}
