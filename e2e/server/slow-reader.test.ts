import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { Place } from '../harness/place.ts';
import { residentBytes } from '../harness/processes.ts';
import { look, submit } from '../harness/runs.ts';

const MIB = 1_048_576;
const SIZE = 96 * MIB;
const READERS = 24;
/** Each may have a few pieces of 256 KiB under way; what is written meanwhile is not among it. */
const GROWTH = 160 * MIB;

it('slows nobody down for followers that never read, and gathers nothing for them', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const { id } = await submit(http, {
    shell: `read go; head -c ${SIZE} /dev/zero | tr '\\0' y`,
    stdin: 'stream',
  });
  const formats = ['bytes', 'frames', 'events'] as const;
  const readers: IncomingMessage[] = [];
  for (let reader = 0; reader < READERS; reader += 1) {
    // An answer that nobody listens to is not read from its socket.
    const path = `/v1/runs/${id}/log?follow=1&format=${formats[reader % 3]}`;
    readers.push(await http.open('GET', path));
  }
  const before = residentBytes(server.pid);
  await http.ask('POST', `/v1/runs/${id}/input?end=1`, { body: 'go\n' });
  const run = await look(http, id, 'ended');
  expect(run).toMatchObject({ exitCode: 0, log: { bytes: SIZE, truncated: null } });
  expect(residentBytes(server.pid) - before).toBeLessThan(GROWTH);

  // The first of them reads after all: nothing is missing.
  const hash = createHash('sha256');
  for await (const chunk of readers[0] ?? []) hash.update(chunk as Buffer);
  expect(hash.digest('hex')).toBe(run.log?.sha256);
  for (const reader of readers) reader.destroy();
});
