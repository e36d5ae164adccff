import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, type Place } from './api.ts';

export interface TimeLines {
  readonly place: Place;
  readonly pool: string;
  /** For the pipes that the commands read their lines from. */
  readonly folder: string;
  readonly runs: number;
  readonly linesPerSecond: number;
  readonly forMs: number;
}

/**
 * Runs that write at the same time, each followed, and the time from a line to its sight. The commands are `cat` of a named pipe that is fed from
 * here: so the clock that stamps a line is the clock that sees it, and writing costs no process. The way through `cat` counts as ours.
 */
export async function timeLines({
  place,
  pool,
  folder,
  runs,
  linesPerSecond,
  forMs,
}: TimeLines): Promise<number[]> {
  using api = new Api(place);
  const pipes = Array.from({ length: runs }, (_, index) => join(folder, `pipe-${index}`));
  execFileSync('mkfifo', pipes);
  // For reading too, so that opening does not wait for the command.
  const writers = pipes.map((path) => openSync(path, constants.O_RDWR));
  const times: number[] = [];
  const followers = pipes.map((path) =>
    follow(api, { pool, pipe: path }, (sentAt) => times.push(performance.now() - sentAt)),
  );
  const ids = await Promise.all(followers.map(({ started }) => started));
  times.length = 0;
  const everyMs = 1_000 / (runs * linesPerSecond);
  const began = performance.now();
  for (let sent = 0, now = began; now - began < forMs; now = performance.now()) {
    for (; began + sent * everyMs <= now; sent += 1) stamp(writers[sent % runs] ?? -1);
    await sleep(1);
  }
  await sleep(200);
  const seen = [...times];
  for (const writer of writers) closeSync(writer);
  await Promise.all(ids.map((id) => api.ended(id)));
  await Promise.all(followers.map(({ ended }) => ended));
  return seen;
}

function stamp(writer: number): void {
  writeSync(writer, `${performance.now()}\n`);
}

interface Follower {
  /** Resolves with the id when the first line was seen. */
  readonly started: Promise<string>;
  readonly ended: Promise<void>;
}

function follow(
  api: Api,
  { pool, pipe }: { readonly pool: string; readonly pipe: string },
  onLine: (sentAt: number) => void,
): Follower {
  const { promise: started, resolve, reject } = Promise.withResolvers<string>();
  const read = async (): Promise<void> => {
    const { id } = await api.submit({ command: ['cat', pipe], pool });
    const log = await api.open('GET', `/v1/runs/${id}/log?follow=1&format=bytes`);
    log.setEncoding('utf8');
    // Taken by the command as soon as it runs.
    const writer = openSync(pipe, constants.O_RDWR);
    stamp(writer);
    closeSync(writer);
    let rest = '';
    for await (const text of log) {
      const lines = (rest + String(text)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(Number(line));
      if (lines.length > 0) resolve(id);
    }
  };
  const ended = read();
  ended.catch(reject);
  return { started, ended };
}
