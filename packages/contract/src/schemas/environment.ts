import { LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';
import { secretFault } from '../wire/secret-rule.ts';
import { ProgramText } from './text.ts';

export const VariableName = z.string().regex(/^[^=\0]+$/, 'must be a name without = and NUL');

export const Environment = z
  .record(VariableName, ProgramText)
  .refine(
    (env) => byteLength(Object.entries(env).flat()) <= LIMITS.envBytes,
    `must be at most ${LIMITS.envBytes} bytes in all`,
  )
  .refine(
    (env) => Object.entries(env).every(([name, value]) => byteLength([name, value]) < LIMITS.argBytes),
    `must not hold a variable of more than ${LIMITS.argBytes} bytes; no program can take one`,
  );

/** Values that are masked wherever a command writes them. */
export const SecretEnvironment = Environment.superRefine((env, context) => {
  for (const [name, value] of Object.entries(env)) {
    const fault = secretFault(value);
    if (fault !== null) context.addIssue({ code: 'custom', path: [name], message: fault });
  }
}).refine(
  (env) => byteLength(Object.values(env)) <= LIMITS.secretBytes,
  `must be at most ${LIMITS.secretBytes} bytes in all`,
);

/** What texts need in a block of memory, each with a NUL behind it. */
export function byteLength(texts: readonly string[]): number {
  const encoder = new TextEncoder();
  return texts.reduce((sum, text) => sum + encoder.encode(text).length + 1, 0);
}
