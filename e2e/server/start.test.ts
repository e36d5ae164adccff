import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import type { Ended } from '../harness/child.ts';
import { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { root } from '../harness/requirements.ts';
import { finish, logOf } from '../harness/runs.ts';
import { SmallDisk } from '../harness/small-disk.ts';
import { until } from '../harness/until.ts';

/** A start that is refused: status 125, nothing on stdout, a sentence for people and no stack. */
function expectRefused({ status, stdout, stderr }: Ended, sentence: RegExp): void {
  expect([status, stdout]).toEqual([125, '']);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/\n\s+at |node:internal/);
}

const up = (place: Place, ...args: readonly string[]) => place.errand(['up', '--port', '0', ...args]).ended;

describe('errand up is refused', () => {
  it('where the port is in use', async () => {
    await using place = new Place();
    const server = await place.server();
    const { port } = new URL(server.url);
    const second = await place.errand(['up', '--port', port, '--data', place.path('other')]).ended;
    expectRefused(second, new RegExp(`127\\.0\\.0\\.1:${port} is in use; choose another with --port`));
  });

  it('where another one has the data folder, and says which process; that one goes on', async () => {
    await using place = new Place();
    const server = await place.server();
    expectRefused(
      await up(place, '--data', server.data),
      new RegExp(`another errand \\(process ${server.pid}\\b`),
    );
    using http = server.http();
    expect(await finish(http, { command: ['true'] })).toMatchObject({ exitCode: 0 });
    await server.kill();
    await server.start();
    expect((await http.ask('GET', '/v1/runs')).status).toBe(200);
  });

  it('where a newer version wrote the data folder or its database, and leaves them as they are', async () => {
    await using place = new Place();
    const server = await place.server();
    await server.stop();
    const layout = join(server.data, 'layout');
    writeFileSync(layout, '99\n');
    expectRefused(await up(place, '--data', server.data), /written by a newer errand .*99/);
    writeFileSync(layout, '1\n');
    changeSchemaVersion(server.data, 1_000);
    expectRefused(await up(place, '--data', server.data), /written by a newer errand .*version 10\d\d/);
    changeSchemaVersion(server.data, -1_000);
    await server.start();
  });

  it('where the data folder is a file', async () => {
    await using place = new Place();
    const file = place.path('file');
    writeFileSync(file, 'mine');
    expectRefused(await up(place, '--data', file), /data folder \S+file\b.*(is a file|EEXIST).*--data/);
    expectRefused(await up(place, '--data', join(file, 'below')), /data folder .*ENOTDIR.*--data/);
  });

  it('where the data folder can never be made, and so is a command that needs it', async () => {
    await using place = new Place();
    const never = /data folder \/proc\/nowhere\/\S+ .*ENOENT.*--data or ERRAND_DATA/;
    expectRefused(await up(place, '--data', '/proc/nowhere/data'), never);
    const env = { HOME: '/proc/nowhere', XDG_CACHE_HOME: '' };
    expectRefused(await place.errand(['run', '--', 'true'], { env }).ended, never);
    const agent = place.errand(['agent', '--url', 'http://127.0.0.1:1', '--data', '/proc/nowhere/agent']);
    expectRefused(await agent.ended, /data folder \/proc\/nowhere\/agent .*ENOENT.*--data/);
  });

  it('where the path of the data folder is longer than a database may lie', async () => {
    await using place = new Place();
    const deep = place.path(...Array.from({ length: 30 }, () => 'a-rather-long-name'));
    expectRefused(await up(place, '--data', deep), /path of the data folder has \d+ bytes.*--data/);
  });

  it('where plain HTTP would leave the machine', async () => {
    await using place = new Place();
    const refused = await up(place, '--host', '0.0.0.0', '--data', place.path('data'));
    expectRefused(refused, /plain HTTP on 0\.0\.0\.0 would show keys.*tls.*trustProxy/);
    const server = await place.server({
      config: 'trustProxy: true\nlisten: {host: 0.0.0.0}\nlogLevel: warn',
    });
    using http = server.http();
    expect((await http.ask('GET', '/v1/runs')).status).toBe(200);
  });

  it('where its configuration is wrong, with every fault', async () => {
    await using place = new Place();
    const file = place.path('wrong.yaml');
    writeFileSync(file, 'listen: {port: 99999}\nkeeep: {}\n');
    expectRefused(await up(place, '--config', file), /wrong\.yaml[^]*listen\.port[^]*keeep/);
    expectRefused(await up(place, '--config', place.path('missing.yaml')), /missing\.yaml cannot be read/);
  });
});

requires(root)('errand up', () => {
  it('is refused where the data folder cannot be written', async () => {
    await using place = new Place();
    const disk = new SmallDisk(place, 'ro,size=1m');
    expectRefused(await up(place, '--data', disk.path), /data folder .*cannot be used \(EROFS\).*--data/);
    expectRefused(await up(place, '--data', join(disk.path, 'new')), /data folder .*(EROFS|ENOENT).*--data/);
  });

  it('is refused where the disk is full, and so is a command that needs it', async () => {
    await using place = new Place();
    const disk = new SmallDisk(place, 'size=100k');
    disk.fill();
    const full = /^errand: the file system of the data folder \S+ is full; make room.*ERRAND_DATA\n$/;
    expectRefused(await up(place, '--data', disk.path), full);
    const env = { ERRAND_DATA: place.hasData(disk.path) };
    expectRefused(await place.errand(['run', '--', 'true'], { env }).ended, full);
  });
});

it('works in a very deep data folder, over HTTP and without a server named', async () => {
  await using place = new Place();
  const deep = place.path(
    ...Array.from({ length: 15 }, (_, i) => `a-rather-long-name-${i}`),
    'ü'.repeat(20),
    'data',
  );
  expect(deep.length).toBeGreaterThan(350);
  const server = await place.server({ data: deep });
  using http = server.http();
  const run = await finish(http, { shell: 'pwd; echo deep >&2; exit 5' });
  expect(run).toMatchObject({ end: { reason: 'exited' }, exitCode: 5 });
  expect((await logOf(http, run.id, '?stream=stderr')).toString()).toBe('deep\n');
  const local = await place.errand(['run', '--data', deep, '--', 'sh', '-c', 'echo here; exit 6']).ended;
  expect(local).toMatchObject({ status: 6, stdout: 'here\n', stderr: '' });
});

it('has its data where the configuration says, unless somebody says otherwise more explicitly', async () => {
  await using place = new Place();
  writeFileSync(place.path('errand.yaml'), 'data: here\nlogLevel: warn\nslots: 0\n');
  const started = async (data: string, env: Record<string, string>, ...args: string[]): Promise<void> => {
    place.hasData(place.path(data));
    const child = place.errand(['up', '--port', '0', ...args], { env });
    await until(() => existsSync(place.path(data, 'owner')), `a control plane in ${data}`);
    child.kill('SIGTERM');
    await child.ended;
  };
  await started('here', {});
  await started('there', { ERRAND_DATA: place.path('there') });
  await started('elsewhere', { ERRAND_DATA: place.path('there') }, '--data', 'elsewhere');
});

it('starts whatever a kill -9 during its start left behind', async () => {
  await using place = new Place();
  const data = place.hasData(place.path('data'));
  const shown: string[] = [];
  for (const ms of [50, 200, 350, 500, 650, 800, 1_000, 1_300]) {
    const child = place.errand(['up', '--port', '0', '--data', data]);
    await sleep(ms);
    child.kill('SIGKILL');
    shown.push((await child.ended).stdout);
  }
  const started = place.errand(['up', '--port', '0', '--data', data]);
  const [, port] = await started.says(/^page http:\/\/[^/]+:(\d+)\//m);
  // Whatever was killed when: the first key that is good is the last one that was shown.
  const keys = [...shown, started.stdout].flatMap((stdout) => /^key (\S+)\n/.exec(stdout)?.[1] ?? []);
  const key = keys.at(-1) ?? '';
  using http = new HttpClient({ url: `http://127.0.0.1:${port}`, key });
  expect(await finish(http, { command: ['true'] })).toMatchObject({ exitCode: 0 });
});

it('shows the first key also where runs without a server came first', async () => {
  await using place = new Place();
  const data = place.hasData(place.path('data'));
  expect(await place.errand(['run', '--data', data, '--', 'true']).ended).toMatchObject({ status: 0 });
  const server = await place.server({ data });
  expect(server.key).toMatch(/^err_/);
});

it('leaves a data folder alone that it could not open', async () => {
  await using place = new Place();
  const data = place.path('data');
  mkdirSync(join(data, 'errand.db'), { recursive: true });
  expectRefused(await up(place, '--data', data), /database/);
  rmSync(join(data, 'errand.db'), { recursive: true });
  const server = await place.server({ data });
  expect(server.key).toMatch(/^err_/);
});

function changeSchemaVersion(data: string, by: number): void {
  const db = new DatabaseSync(join(data, 'errand.db'));
  db.prepare(`update meta set value = value + ? where name = 'schema_version'`).run(by);
  db.close();
}
