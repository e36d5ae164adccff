import { createHash } from 'node:crypto';

/** SHA-256, hex: what is stored of a secret. Ours have 256 random bits, so a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
