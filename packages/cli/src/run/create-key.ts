import { closeSync, openSync, readSync } from 'node:fs';

/** A new Idempotency-Key: 128 random bits. From the kernel directly; loading node:crypto takes 10 ms of a call that shall take 60. */
export function createKey(): string {
  const bytes = Buffer.alloc(16);
  const source = openSync('/dev/urandom', 'r');
  try {
    readSync(source, bytes);
  } finally {
    closeSync(source);
  }
  return bytes.toString('hex');
}
