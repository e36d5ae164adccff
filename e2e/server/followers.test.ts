import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { soak } from '../../scripts/sizes.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const MIB = 1_048_576;
const PIECES = soak ? 1_024 : 64;
const SIZE = PIECES * MIB;
const CUTS = 50;

/** What a follower has read, as far as it is told. */
interface Read {
  readonly hash: Hash;
  bytes: number;
}

it(`shows ${PIECES} MiB to three followers byte for byte, through cuts and kill -9`, {
  timeout: 900_000,
}, async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const file = place.path('written');
  const shell = `i=0; while [ $i -lt ${PIECES} ]; do head -c ${MIB} /dev/urandom; i=$((i+1)); sleep 0.02; done | tee ${file}`;
  const { id } = await submit(http, { shell });

  const plain: Read = { hash: createHash('sha256'), bytes: 0 };
  const frames: Read = { hash: createHash('sha256'), bytes: 0 };
  const lines: Read = { hash: createHash('sha256'), bytes: 0 };
  const began = performance.now();
  const followers = [
    followPlain(http, id, plain),
    followFrames(server, id, frames),
    followLines(place, server, { id, read: lines }),
  ] as const;
  for (const part of [0.3, 0.7]) {
    await until(() => plain.bytes > SIZE * part, `${part} of the log`, 600_000);
    await server.kill();
    await server.start();
  }
  const [cuts] = await Promise.all(followers);
  const seconds = (performance.now() - began) / 1_000;

  const truth = await hashOf(file);
  for (const read of [plain, frames, lines])
    expect([read.bytes, read.hash.digest('hex')]).toEqual([SIZE, truth]);
  expect(cuts).toBeGreaterThanOrEqual(CUTS);
  expect(await look(http, id, 'ended')).toMatchObject({
    exitCode: 0,
    log: { bytes: SIZE, sha256: truth, truncated: null },
  });
  if (soak)
    console.log(
      `${PIECES} MiB, 3 followers, ${cuts} cuts, 2 kills: ${seconds.toFixed(1)} s, sha256 ${truth}`,
    );
});

/** As curl would: plain bytes, cut off again and again and resumed with Range. Answers how often. */
async function followPlain(http: HttpClient, id: string, read: Read): Promise<number> {
  for (let cuts = 0; ; cuts += 1) {
    const most = cuts < CUTS ? Math.ceil(SIZE / (CUTS + 1)) : Number.POSITIVE_INFINITY;
    if ((await readPart(http, id, { read, most }).catch(() => 'broken')) === 'ended') return cuts;
    await sleep(20);
  }
}

interface Part {
  readonly read: Read;
  /** Where to cut it off. */
  readonly most: number;
}

async function readPart(http: HttpClient, id: string, { read, most }: Part): Promise<'ended' | 'cut'> {
  const headers = { range: `bytes=${read.bytes}-` };
  const answer = await http.open('GET', `/v1/runs/${id}/log?follow=1`, { headers });
  if (answer.statusCode !== 200 && answer.statusCode !== 206) throw new Error(`${answer.statusCode}`);
  const cutAt = read.bytes + most;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    read.hash.update(chunk);
    read.bytes += chunk.length;
    if (read.bytes >= cutAt) return 'cut';
  }
  return 'ended';
}

async function followFrames(server: Server, id: string, read: Read): Promise<void> {
  const run = await server.sdk().runs.get(id);
  for await (const piece of run.logs()) {
    if (piece.kind === 'end') return;
    expect(piece.offset).toBe(read.bytes);
    read.hash.update(piece.bytes);
    read.bytes += piece.bytes.length;
  }
}

interface Lines {
  readonly id: string;
  readonly read: Read;
}

async function followLines(place: Place, server: Server, { id, read }: Lines): Promise<void> {
  const logs = place.errand(['logs', '-f', id], { env: server.env, streamed: true });
  for await (const chunk of logs.output as AsyncIterable<Buffer>) {
    read.hash.update(chunk);
    read.bytes += chunk.length;
  }
  expect(await logs.ended).toMatchObject({ status: 0, stderr: '' });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

it('breaks a transfer off, rather than ending it, when the server stops before the log is complete', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const { id } = await submit(http, { shell: 'echo begin; sleep 3; echo end' });
  const answer = await http.open('GET', `/v1/runs/${id}/log?follow=1`);
  const read = readAll(answer);
  await until(() => read.text.includes('begin'), 'the first line');
  const { status, stderr } = await server.stop();
  expect([status, stderr]).toEqual([0, '']);
  await expect(read.done).rejects.toThrow(/aborted|reset/);
  await server.start();
  expect((await http.ask('GET', `/v1/runs/${id}/log?follow=1`)).text).toBe('begin\nend\n');
});

function readAll(answer: IncomingMessage): { text: string; readonly done: Promise<void> } {
  const read = { text: '', done: Promise.resolve() };
  const rest = async () => {
    for await (const chunk of answer) read.text += String(chunk);
  };
  read.done = rest();
  // It may break before anybody looks.
  read.done.catch(() => undefined);
  return read;
}
