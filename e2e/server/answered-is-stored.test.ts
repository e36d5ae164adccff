import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '@errand/contract';
import { expect, it } from 'vitest';
import { soak } from '../../scripts/sizes.ts';
import type { HttpAnswer, HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { look } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const KILLS = soak ? 40 : 4;
const CLIENTS = 4;

/** What a client was answered with 2xx. */
interface Answered {
  readonly id: string;
  readonly kind: 'short' | 'long' | 'retried';
  readonly status: number;
  /** Retries that were sent, and those that were answered with 2xx. */
  sent: number;
  answered: number;
}

it('keeps everything it answered with 2xx, through kill -9, and executes nothing twice', async () => {
  await using place = new Place();
  const server = await place.server();
  const file = place.path('executed');
  const stop = new AbortController();
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    keepBusy({ server, file, name: `client-${index}`, signal: stop.signal }),
  );
  for (let kills = 0; kills < KILLS; kills += 1) {
    await sleep(300 + Math.random() * 700);
    await server.kill();
    await server.start();
  }
  stop.abort();
  const all = (await Promise.all(clients)).flat();

  expect(all.length).toBeGreaterThan(CLIENTS * KILLS);
  using http = server.http();
  const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
  for (const known of all) expectTrueEnd(known, await look(http, known.id, 'ended'), lines());
  expect(lines().length).toBe(new Set(lines()).size);
  const listed = await everyRun(http);
  // What was submitted but never answered may be there or not; nothing else is.
  expect(all.map(({ id }) => id).filter((id) => !listed.has(id))).toEqual([]);
  expect(listed.size).toBe(all.length);
});

function expectTrueEnd({ id, kind, status, sent, answered }: Answered, run: Run, lines: string[]): void {
  const executed = lines.filter((line) => line.startsWith(`${id} `));
  // One without an end was leased and given back unexecuted.
  const attempts = run.attempts.filter(({ end }) => end !== null).map(({ attempt }) => `${id} ${attempt}`);
  if (kind === 'long') {
    expect([id, run.status, run.exitCode]).toEqual([id, 'canceled', 130]);
    expect(attempts).toEqual(expect.arrayContaining(executed));
    return;
  }
  expect([id, run.end?.reason, run.exitCode]).toEqual([id, 'exited', status]);
  expect(executed.toSorted()).toEqual(attempts.toSorted());
  expect(executed.length).toBeGreaterThanOrEqual(1 + answered);
  expect(executed.length).toBeLessThanOrEqual(1 + sent);
}

interface Busy {
  readonly server: Server;
  readonly file: string;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** A client that repeats every call until it is answered, as callers are told to. Answers what it was answered. */
async function keepBusy({ server, file, name, signal }: Busy): Promise<Answered[]> {
  const all: Answered[] = [];
  using http = server.http();
  for (let turn = 0; !signal.aborted; turn += 1) {
    const kind = (['short', 'short', 'long', 'retried'] as const)[turn % 4] ?? 'short';
    const status = turn % 7;
    const mark = `echo "$ERRAND_RUN_ID $ERRAND_ATTEMPT" >>"$1"`;
    const rest = kind === 'long' ? 'sleep 300' : `sleep 0.0${turn % 10}; exit ${status}`;
    const made = await untilAnswered(http, '/v1/runs', {
      headers: { 'idempotency-key': `${name}-${turn}` },
      body: { command: ['sh', '-c', `${mark}; ${rest}`, 'sh', file] },
    });
    expect([made.status, made.text]).toEqual([201, made.text]);
    const known: Answered = { id: (JSON.parse(made.text) as Run).id, kind, status, sent: 0, answered: 0 };
    all.push(known);
    if (kind === 'long') await cancel(http, known.id);
    if (kind === 'retried') await retry(http, known);
  }
  return all;
}

async function cancel(http: HttpClient, id: string): Promise<void> {
  const answer = await untilAnswered(http, `/v1/runs/${id}/cancel`, { body: {} });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
}

/** A retry whose answer is lost may have been taken, so it is sent once and not again. */
async function retry(http: HttpClient, known: Answered): Promise<void> {
  await until(async () => (await look(http, known.id, 'ended').catch(() => null)) !== null, 'the end');
  known.sent += 1;
  const answer = await http.ask('POST', `/v1/runs/${known.id}/retry`).catch(() => null);
  if (answer !== null) known.answered += 1;
  if (answer !== null) expect([answer.status, answer.text]).toEqual([200, answer.text]);
}

async function untilAnswered(
  http: HttpClient,
  path: string,
  call: Parameters<HttpClient['ask']>[2],
): Promise<HttpAnswer> {
  return await until(() => http.ask('POST', path, call).catch(() => null), `an answer to ${path}`);
}

async function everyRun(http: HttpClient): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let cursor = ''; ; ) {
    const page = await http.ask('GET', `/v1/runs?limit=500${cursor}`);
    const { runs, nextCursor } = JSON.parse(page.text) as { runs: Run[]; nextCursor: string | null };
    for (const { id } of runs) ids.add(id);
    if (nextCursor === null) return ids;
    cursor = `&cursor=${nextCursor}`;
  }
}
