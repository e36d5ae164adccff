import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Place } from '../harness/place.ts';
import { logOf, look, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';

/** Random bytes on stdout and, for comparison, in the file $1: $2 pieces of 64 KiB, one every $3 s; then ends with the status $4. */
const TALK = `i=0; while [ $i -lt $2 ]; do head -c 65536 /dev/urandom; sleep $3; i=$((i+1)); done | tee "$1"; exit $4`;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it('goes on with every command after kill -9 of the server with its own agent: same bytes, true end', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const talk = async (name: string, [pieces, pause, status]: readonly [number, number, number]) => {
    const file = place.path(name);
    const command = ['sh', '-c', TALK, 'sh', file, `${pieces}`, `${pause}`, `${status}`];
    return { file, status, run: await submit(http, { command }) };
  };
  const talks = await Promise.all([
    talk('at once', [40, 0, 0]),
    talk('ends while nobody looks', [20, 0.05, 3]),
    talk('short', [2, 0.3, 255]),
    talk('goes on for long', [50, 0.15, 7]),
    talk('silent', [0, 0, 9]),
  ]);
  const killed = await submit(http, { shell: 'echo begin; sleep 1.5; kill -TERM $$' });
  await until(async () => (await logOf(http, talks[3].run.id)).length > 100_000, 'some output');

  for (let kills = 0; kills < 2; kills += 1) {
    await server.kill();
    await server.start();
  }

  for (const { run, file, status } of talks) {
    const ended = await look(http, run.id, 'ended');
    const written = readFileSync(file);
    expect([file, ended.end?.reason, ended.exitCode]).toEqual([file, 'exited', status]);
    expect(ended.log).toEqual({ bytes: written.length, sha256: sha256(written), truncated: null });
    expect((await logOf(http, run.id)).equals(written), file).toBe(true);
    expect(ended.attempts).toHaveLength(1);
  }
  expect(await look(http, killed.id, 'ended')).toMatchObject({
    end: { reason: 'signaled', signal: 'SIGTERM', exitCode: 143 },
  });
});

it('delivers standard input once and in order, though the server is killed while it is being written', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const input = randomBytes(6_000_000);
  // Reads slowly, so that most of it waits in the server when that dies.
  const shell = `for i in 1 2 3 4 5; do head -c 1000000; sleep 0.4; done; cat`;
  const { id } = await submit(http, { shell, stdin: 'stream' });
  let at = 0;
  for (let kills = 0; at < input.length; ) {
    const piece = input.subarray(at, at + 700_001);
    const path = `/v1/runs/${id}/input?offset=${at}${at + piece.length === input.length ? '&end=1' : ''}`;
    const answer = await http.ask('POST', path, { body: piece }).catch(() => null);
    if (answer?.status === 200) at = (JSON.parse(answer.text) as { size: number }).size;
    if (kills < 2 && at > input.length * [0.2, 0.7][kills]!) {
      kills += 1;
      await server.kill();
      await server.start();
    }
  }
  const ended = await look(http, id, 'ended');
  expect(ended.log).toEqual({ bytes: input.length, sha256: sha256(input), truncated: null });
  expect((await logOf(http, id)).equals(input)).toBe(true);
});

it('stops on TERM while commands go on, and the next start goes on with them', async () => {
  await using place = new Place();
  const server = await place.server();
  using http = server.http();
  const file = place.path('talk');
  const { id } = await submit(http, { command: ['sh', '-c', TALK, 'sh', file, '20', '0.1', '4'] });
  await until(async () => (await logOf(http, id)).length > 0, 'output');
  const { status, signal } = await server.stop();
  expect([status, signal]).toEqual([0, null]);
  await server.start();
  expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 4, attempt: 1 });
  expect((await logOf(http, id)).equals(readFileSync(file))).toBe(true);
});
