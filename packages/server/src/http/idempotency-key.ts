import { ErrandError } from '@errand/core';

/** The Idempotency-Key of a call, or null. */
export function idempotencyKeyOf(headers: Headers): string | null {
  const key = headers.get('idempotency-key');
  if (key !== null && (key.length === 0 || key.length > 200)) {
    throw new ErrandError('invalid', 'Idempotency-Key must have 1 to 200 characters');
  }
  return key;
}
