import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '@errand/contract';
import { expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { root } from '../harness/requirements.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import { SmallDisk } from '../harness/small-disk.ts';
import { until } from '../harness/until.ts';

requires(root)('a full disk', () => {
  it('ends the run that fills it, with the reason; the server lives, and works once there is space', async () => {
    await using place = new Place();
    const disk = new SmallDisk(place, 'size=24m');
    const server = await place.server({ data: join(disk.path, 'data') });
    using http = server.http();
    const filling = await submit(http, { shell: 'yes errand; echo not reached' });
    const { end, log, exitCode } = await look(http, filling.id, 'ended');
    expect([end?.reason, exitCode, log?.truncated?.why]).toEqual(['disk_full', 125, 'disk_full']);
    expect(end?.sentence).toMatch(/disk/);
    expect(log?.truncated?.dropped).toBeGreaterThan(0);
    const kept = await logOf(http, filling.id);
    expect(kept.length).toBe(log?.bytes);
    expect(kept.length).toBeGreaterThan(4_000_000);
    expect((await http.ask('GET', '/healthz')).status).toBe(200);

    // What is left is for the ends of the runs there are.
    const more = await http.ask('POST', '/v1/runs', { body: { command: ['true'] } });
    expect([more.status, more.text]).toEqual([503, expect.stringContaining('disk')]);

    const files = join(disk.path, 'data', 'logs');
    for (const name of readdirSync(files)) rmSync(join(files, name), { recursive: true });
    expect(await finish(http, { shell: 'head -c 1000000 /dev/zero' })).toMatchObject({
      exitCode: 0,
      log: { bytes: 1_000_000, truncated: null },
    });
  });

  it('makes writes that cannot be stored answer 503 and change nothing', async () => {
    await using place = new Place();
    const disk = new SmallDisk(place, 'size=16m');
    const server = await place.server({ data: join(disk.path, 'data') });
    using http = server.http();
    await finish(http, { command: ['true'] });
    disk.fill();
    const answers = await submitUntilRefused(http);
    const refused = answers.at(-1);
    expect([refused?.status, refused?.code]).toEqual([503, 'unavailable']);
    expect(refused?.message).toMatch(/disk/);
    expect((await http.ask('GET', '/v1/runs')).status).toBe(200);
    expect(server.log).not.toMatch(/uncaught|unhandled/i);

    disk.free();
    await until(async () => (await finishOrNull(http))?.exitCode === 0, 'a run that works again');
    const list = JSON.parse((await http.ask('GET', '/v1/runs?limit=500')).text) as { runs: Run[] };
    const names = list.runs.map(({ name }) => name);
    for (const { name, status } of answers)
      expect([name, names.includes(name)]).toEqual([name, status === 201]);
    for (const { id } of list.runs)
      expect((await look(http, id, 'ended')).status).toMatch(/succeeded|failed/);
  });
});

interface Submitted {
  readonly name: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** What the database has room for already is taken; after that nothing is. */
async function submitUntilRefused(http: HttpClient): Promise<Submitted[]> {
  const all: Submitted[] = [];
  while (all.length < 2_000 && (all.at(-1)?.status ?? 201) === 201) {
    const name = `when full ${all.length}`;
    const env = { PADDING: 'x'.repeat(100_000) };
    const answer = await http.ask('POST', '/v1/runs', { body: { command: ['true'], name, env } });
    const { error } = JSON.parse(answer.text) as { error?: { code: string; message: string } };
    all.push({ name, status: answer.status, code: error?.code, message: error?.message });
  }
  return all;
}

async function finishOrNull(http: HttpClient): Promise<Run | null> {
  return await finish(http, { command: ['true'] }).catch(() => null);
}
