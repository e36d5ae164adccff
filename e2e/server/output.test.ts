import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskBytes } from '../harness/disk.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { readEvents } from '../harness/server-sent.ts';
import { until } from '../harness/until.ts';

const MB = 1_000_000;
/** What the keeper keeps of the end beyond the cap. */
const TAIL = 65_536;

let place: Place;
let server: Server;
let http: HttpClient;

beforeAll(async () => {
  place = new Place();
  server = await place.server();
  http = server.http();
}, 120_000);
afterAll(async () => {
  http[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('what a command writes', () => {
  it('is kept as it is, without a newline at its end too', async () => {
    const { id } = await finish(http, { shell: 'printf "one\\ntwo"' });
    expect((await logOf(http, id)).toString()).toBe('one\ntwo');
  });

  it('may hold NUL and what is no UTF-8', async () => {
    const { id, log } = await finish(http, { shell: `printf 'a\\000b\\377\\300\\200\\n\\355\\240\\200c'` });
    const bytes = Buffer.from('6100 62ff c080 0aed a080 63'.replaceAll(' ', ''), 'hex');
    expect(await logOf(http, id)).toEqual(bytes);
    expect(log).toEqual({ bytes: bytes.length, sha256: sha256(bytes), truncated: null });
  });

  it('may be a single line of 100 MB', async () => {
    const size = 100 * MB;
    const { id, log } = await finish(http, { shell: `head -c ${size} /dev/zero | tr '\\0' x` });
    const line = Buffer.alloc(size, 'x');
    expect(log).toEqual({ bytes: size, sha256: sha256(line), truncated: null });
    expect((await logOf(http, id)).equals(line)).toBe(true);
  });

  it('may be nothing for a while, and nothing at all', async () => {
    const { id } = await submit(http, { shell: 'sleep 2; echo late' });
    const following = await http.open('GET', `/v1/runs/${id}/log?follow=1`);
    const chunks: Buffer[] = [];
    for await (const chunk of following) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('late\n');
    const silent = await finish(http, { command: ['true'] });
    expect(silent.log).toEqual({ bytes: 0, sha256: sha256(Buffer.alloc(0)), truncated: null });
    expect((await logOf(http, silent.id, '?follow=1')).length).toBe(0);
  });

  it('is told apart by stream, in the order in which it was written', async () => {
    const shell = 'for i in 1 2 3; do echo out$i; sleep 0.05; echo err$i >&2; sleep 0.05; done';
    const { id } = await finish(http, { shell });
    const pieces: string[] = [];
    for await (const piece of (await server.sdk().runs.get(id)).logs()) {
      if (piece.kind === 'data')
        pieces.push(`${piece.stream}: ${Buffer.from(piece.bytes).toString().trim()}`);
    }
    const lines = [1, 2, 3].flatMap((n) => [`stdout: out${n}`, `stderr: err${n}`]);
    expect(pieces).toEqual(lines);
    expect((await logOf(http, id, '?stream=stderr')).toString()).toBe('err1\nerr2\nerr3\n');
    expect((await logOf(http, id, '?stream=stdout&follow=1')).toString()).toBe('out1\nout2\nout3\n');
    // Offsets count both streams, also for who reads one of them.
    expect((await logOf(http, id, '?stream=stderr&from=15')).toString()).toBe('err2\nerr3\n');
  });

  it('comes as server-sent events that resume at Last-Event-ID', async () => {
    const { id } = await submit(http, {
      shell: 'for i in 1 2 3 4 5 6; do echo line$i; sleep 0.2; done; exit 3',
    });
    const path = `/v1/runs/${id}/log?follow=1`;
    const headers = { accept: 'text/event-stream' };
    const text: string[] = [];
    let last: Record<string, string> = headers;
    for (let connections = 0; ; connections += 1) {
      const most = connections < 2 ? 1 : Number.POSITIVE_INFINITY;
      const events = await readEvents(await http.open('GET', path, { headers: last }), most);
      for (const { event, data } of events.filter(({ event }) => event === 'log')) {
        text.push(Buffer.from((JSON.parse(data) as { base64: string }).base64, 'base64').toString());
        expect(event).toBe('log');
      }
      const end = events.find(({ event }) => event === 'end');
      if (end !== undefined) {
        expect(JSON.parse(end.data)).toMatchObject({ id, exitCode: 3 });
        break;
      }
      last = { ...headers, 'last-event-id': events.at(-1)?.id ?? '' };
    }
    expect(text.join('')).toBe('line1\nline2\nline3\nline4\nline5\nline6\n');
  });
});

describe('the cap of a log', () => {
  it('holds against yes: the disk keeps the cap and little more, the command goes on', async () => {
    const cap = 4 * MB;
    const before = diskBytes(server.data);
    const { id } = await submit(http, { command: ['yes', 'errand'], maxLog: cap });
    const size = async () => (await logOf(http, id)).length;
    await until(async () => (await size()) >= cap, 'the cap');
    await until(async () => (await look(http, id)).status === 'running', 'the word that it runs');
    for (let looks = 0; looks < 10; looks += 1) {
      expect(diskBytes(server.data) - before).toBeLessThan(cap + 64 * 1_048_576);
      expect((await look(http, id)).status).toBe('running');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await http.ask('POST', `/v1/runs/${id}/cancel`, { body: { kill: true } });
    const { log, status } = await look(http, id, 'ended');
    expect([status, log?.truncated?.why]).toEqual(['canceled', 'cap']);
    expect(log?.truncated?.dropped).toBeGreaterThan(0);
    expect(log?.bytes).toBe(cap + TAIL);
    expect((await logOf(http, id)).length).toBe(cap + TAIL);
  });

  it('keeps head and tail and counts exactly what is missing between them', async () => {
    const whole = Buffer.from(Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join(''));
    const cap = 100_000;
    const { id, log } = await finish(http, { shell: 'seq 100000', maxLog: cap });
    const dropped = whole.length - cap - TAIL;
    const kept = Buffer.concat([whole.subarray(0, cap), whole.subarray(-TAIL)]);
    expect(log).toEqual({ bytes: kept.length, sha256: sha256(kept), truncated: { dropped, why: 'cap' } });
    expect((await logOf(http, id)).equals(kept)).toBe(true);
  });
});
