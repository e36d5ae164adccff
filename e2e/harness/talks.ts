import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { HttpClient } from './http.ts';
import type { Place } from './place.ts';
import { logOf, look, submit } from './runs.ts';

/** Notes that it is executed, then writes random bytes to stdout and, for comparison, to a file: $2 pieces of 8 KiB, one every $3 s. */
const TALK =
  'echo "$ERRAND_RUN_ID" >>"$1.executed"; i=0; ' +
  'while [ $i -lt $2 ]; do head -c 8192 /dev/urandom; sleep $3; i=$((i+1)); done | tee "$1"; exit $4';

/** A run that says what it wrote. */
export interface Talk {
  readonly id: string;
  readonly file: string;
  readonly status: number;
}

export interface TalkOptions {
  readonly name: string;
  readonly pool: string;
  readonly pieces: number;
  readonly pauseSeconds: number;
  readonly status: number;
}

/** `key`: an Idempotency-Key, so that the submission may be repeated. */
export async function talk(place: Place, http: HttpClient, options: TalkOptions): Promise<Talk> {
  const { name, pool, pieces, pauseSeconds, status } = options;
  const file = place.path(name);
  const command = ['sh', '-c', TALK, 'sh', file, String(pieces), String(pauseSeconds), String(status)];
  const { id } = await submit(http, { command, pool }, name);
  return { id, file, status };
}

/** It was executed once, has the one true outcome, and its log is what it wrote, byte for byte. */
export async function expectWhole(http: HttpClient, { id, file, status }: Talk): Promise<void> {
  const run = await look(http, id, 'ended');
  const written = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const sha256 = createHash('sha256').update(written).digest('hex');
  const executed = readFileSync(`${file}.executed`, 'utf8').trimEnd().split('\n');
  // An attempt without an end went back to its queue unexecuted.
  const ends = run.attempts.filter(({ end }) => end !== null).length;
  expect([file, run.end?.reason, run.exitCode, ends, executed]).toEqual([file, 'exited', status, 1, [id]]);
  expect(run.log).toEqual({ bytes: written.length, sha256, truncated: null });
  expect((await logOf(http, id)).equals(written), file).toBe(true);
}
