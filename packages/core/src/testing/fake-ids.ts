import type { Ids } from '../ports/ids.ts';

/** Ids and secrets that are the same in every run of a test. */
export function fakeIds(): Ids {
  let count = 0;
  return {
    next: (prefix, now) => {
      count += 1;
      return `${prefix}_${now.toString(36).padStart(10, '0')}${count.toString(36).padStart(16, '0')}`;
    },
    secret: (bytes) => {
      count += 1;
      return Buffer.alloc(bytes, `secret ${count} `).toString('base64url');
    },
  };
}
