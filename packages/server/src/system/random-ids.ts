import { randomBytes } from 'node:crypto';
import type { Ids } from '@errand/core';
import { BASE32, encodeBase32 } from './base32.ts';

const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/**
 * Ids as ULIDs are made (10 characters of time in ms, 16 random; github.com/ulid/spec), secrets from the system's random source. Ids of the same ms
 * count up from the first, so that the order of ids is the order in which this process gave them: queues and lists rely on it.
 */
export const randomIds: Ids = {
  next: (prefix, now) => `${prefix}_${encodeBase32(now, TIME_CHARACTERS)}${successor(now)}`,
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

let last = { now: -1, text: '' };

function successor(now: number): string {
  last = { now, text: now === last.now ? increment(last.text) : randomText() };
  return last.text;
}

/** The next text in the order of the alphabet. */
function increment(text: string): string {
  const digit = BASE32.indexOf(text.at(-1) ?? '');
  const head = text.slice(0, -1);
  const carries = digit === BASE32.length - 1 && head !== '';
  return carries
    ? `${increment(head)}${BASE32.charAt(0)}`
    : `${head}${BASE32.charAt((digit + 1) % BASE32.length)}`;
}

/** Begins low, so that counting up within a ms never runs over. */
function randomText(): string {
  const letters = Array.from(randomBytes(RANDOM_CHARACTERS), (byte) => BASE32.charAt(byte % BASE32.length));
  return BASE32.charAt(0) + letters.slice(1).join('');
}
