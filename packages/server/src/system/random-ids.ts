import { randomBytes } from 'node:crypto';
import type { Ids } from '@errand/core';

/** Crockford's base 32: no letter that could be read as another. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/** Ids as ULIDs are made (10 characters of time in ms, 16 random), secrets from the system's random source. */
export const randomIds: Ids = {
  next: (prefix, now) => `${prefix}_${encodeTime(now)}${randomText()}`,
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

function encodeTime(now: number): string {
  let rest = now;
  let text = '';
  for (let place = 0; place < TIME_CHARACTERS; place++) {
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}

function randomText(): string {
  return Array.from(randomBytes(RANDOM_CHARACTERS), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join(
    '',
  );
}
