import { createHash, randomFillSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Session } from '@errand/contract';
import type { Artifact } from '@errand/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { joinFarAgent } from '../harness/far-agent.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { hosting } from '../harness/requirements.ts';
import { finish, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

let place: Place;
let server: Server;
let http: HttpClient;
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  place = new Place();
  server = await place.server();
  http = server.http();
  await joinFarAgent(place, server, http);
}, 120_000);
afterAll(async () => {
  http[Symbol.dispose]();
  await place[Symbol.asyncDispose]();
});

async function kept(id: string): Promise<readonly Artifact[]> {
  const answer = await http.ask('GET', `/v1/runs/${id}/artifacts`);
  expect(answer.status, answer.text).toBe(200);
  return (JSON.parse(answer.text) as { artifacts: Artifact[] }).artifacts;
}

async function read(id: string, path: string, headers: Record<string, string> = {}) {
  return await http.ask('GET', `/v1/runs/${id}/artifact?path=${encodeURIComponent(path)}`, { headers });
}

describe.each(['local', 'lab'])('files of a run in the pool %s', (pool) => {
  it('that its patterns mean are there with its end, and nothing else', async () => {
    const shell = `mkdir -p out/deep .cache; printf one > out/a.txt; printf two > out/deep/b.txt; : > out/empty.txt
      chmod 750 out/a.txt; echo x > out/c.csv; echo x > .cache/d.txt; echo x > 'out/with space ü.txt'; exit 3`;
    const run = await finish(http, { pool, shell, artifacts: ['out/*.txt', 'out/**/b.txt', 'none/*'] });
    expect(run).toMatchObject({ exitCode: 3, kept: { files: 4, bytes: 8, problem: null } });
    const files = await kept(run.id);
    expect(files.map(({ path, bytes, mode }) => [path, bytes, mode])).toEqual([
      ['out/a.txt', 3, '750'],
      ['out/deep/b.txt', 3, '644'],
      ['out/empty.txt', 0, '644'],
      ['out/with space ü.txt', 2, '644'],
    ]);
    expect(files[0]?.sha256).toBe(sha256('one'));
    expect((await read(run.id, 'out/with space ü.txt')).text).toBe('x\n');
    expect((await read(run.id, 'out/empty.txt')).text).toBe('');
  });

  it('are read by Range, and no browser makes anything of them', async () => {
    const shell = 'echo "<script>alert(1)</script>" > page.html';
    const { id } = await finish(http, { pool, shell, artifacts: ['page.html'] });
    const part = await read(id, 'page.html', { range: 'bytes=1-6' });
    expect([part.status, part.text]).toEqual([206, 'script']);
    expect(part.headers['content-range']).toBe('bytes 1-6/26');
    const { headers } = await read(id, 'page.html');
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''page.html",
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
    expect((await read(id, 'page.html', { range: 'bytes=26-' })).status).toBe(416);
    expect((await read(id, 'other')).status).toBe(404);
    expect((await read(id, '../../../errand.db')).status).toBe(400);
  });

  it('lead nowhere else: links are left out and said so', async () => {
    const shell =
      'mkdir out; echo y > out/y; ln -s /etc/passwd out/p; ln -s /etc out/etc; ln -s out also; ln -s y out/z';
    const run = await finish(http, { pool, shell, artifacts: ['out', 'also/y', 'out/etc/passwd'] });
    expect((await kept(run.id)).map(({ path }) => path)).toEqual(['out/y']);
    expect(run.kept?.problem).toContain('out/p: it is a link');
    expect(run.kept?.problem).toContain('out/z: it is a link');
  });

  it('are not there for a run that was canceled, and what was not found is said', async () => {
    const { id } = await submit(http, { pool, shell: 'echo x > x; sleep 100', artifacts: ['x'] });
    await until(async () => (await look(http, id)).status === 'running', 'the run');
    await http.ask('POST', `/v1/runs/${id}/cancel`, { body: { kill: true } });
    expect((await look(http, id, 'ended')).kept).toMatchObject({
      files: 0,
      problem: expect.stringContaining('canceled'),
    });
    const none = await finish(http, { pool, shell: 'exit 0', artifacts: ['x/*'] });
    expect(none.kept).toMatchObject({
      files: 0,
      problem: expect.stringContaining('nothing is there that x/*'),
    });
    const nothing = await finish(http, { pool, command: ['no-such-program'], artifacts: ['x'] });
    expect(nothing.kept).toBeNull();
  });

  requires(hosting)('of a session', () => {
    it('count from its folder, and go into another session', async () => {
      const made = await http.ask('POST', '/v1/sessions', { body: { pool, name: `made-${pool}` } });
      expect(made.status, made.text).toBe(201);
      const { id: session } = JSON.parse(made.text) as Session;
      await http.ask('GET', `/v1/sessions/${session}?wait=20s`);
      const bytes = 5 * 1024 * 1024;
      const shell = `mkdir -p out; head -c ${bytes} /dev/urandom > out/data; chmod 600 out/data`;
      const run = await finish(http, { session, shell, artifacts: ['out/*'] });
      const [file] = await kept(run.id);
      expect(file).toMatchObject({ path: 'out/data', bytes, mode: '600' });
      expect(sha256((await read(run.id, 'out/data')).bytes)).toBe(file?.sha256);
      const asked = ['session', 'create', '--pool', pool, '--json', '--file', `in/d=${run.id}:out/data`];
      const other = await place.errand(asked, { env: server.env }).ended;
      expect(other.status, other.stderr).toBe(0);
      const { id: next, files } = JSON.parse(other.stdout) as Session;
      expect(files).toEqual([{ path: 'in/d', from: 'artifact' }]);
      const there = await http.ask('GET', `/v1/sessions/${next}/file?path=in/d`);
      expect(sha256(there.bytes)).toBe(file?.sha256);
      for (const each of [session, next]) await http.ask('DELETE', `/v1/sessions/${each}`);
    });
  });
});

it('are listed and fetched by the command line, in both shapes', async () => {
  const folder = place.path('project');
  mkdirSync(folder);
  const big = randomFillSync(Buffer.alloc(3_000_000));
  writeFileSync(`${folder}/big.bin`, big);
  const here = { cwd: folder, env: { ERRAND_DATA: place.hasData(place.path('alone')) } };
  const there = { cwd: folder, env: server.env };
  for (const where of [here, there]) {
    const script = 'cp big.bin copy.bin; mkdir -p r; echo hi > r/x; chmod 700 r/x; echo done';
    const asked = [
      'run',
      '--cwd',
      folder,
      '--artifact',
      'copy.bin',
      '--artifact',
      'r',
      '--',
      'sh',
      '-c',
      script,
    ];
    const ran = await place.errand(asked, where).ended;
    expect(ran).toMatchObject({ status: 0, stdout: 'done\n', stderr: '' });
    const ps = JSON.parse((await place.errand(['ps', '--json'], where).ended).stdout) as {
      runs: { id: string }[];
    };
    const id = ps.runs[0]?.id ?? '';
    const list = await place.errand(['artifacts', id], where).ended;
    expect(list.stdout).toMatch(/^PATH +SIZE +MODE +SHA-256\ncopy\.bin +3\.0 MB +644 .*\nr\/x +3 B +700 /);
    const to = place.path('fetched');
    expect(await place.errand(['cp', `${id}:`, to], where).ended).toMatchObject({ status: 0 });
    expect(readFileSync(`${to}/copy.bin`).equals(big)).toBe(true);
    expect(statSync(`${to}/r/x`).mode & 0o777).toBe(0o700);
    expect((await place.errand(['cp', `${id}:r/x`, '-'], where).ended).stdout).toBe('hi\n');
    const none = await place.errand(['cp', `${id}:nowhere`, '.'], where).ended;
    expect(none.stderr).toContain(`errand artifacts ${id} lists`);
    rmSync(to, { recursive: true });
  }
});

it('are refused where a pattern could lead elsewhere, and shown to nobody else', async () => {
  for (const pattern of ['/etc/*', '../x', 'a/../../b', '', './'])
    expect(
      (await http.ask('POST', '/v1/runs', { body: { command: ['true'], artifacts: [pattern] } })).status,
    ).toBe(400);
  const { id } = await finish(http, { shell: 'echo x > x', artifacts: ['x'] });
  const made = await http.ask('POST', '/v1/keys', {
    body: { name: 'other', role: 'member', owner: 'other' },
  });
  using other = server.http((JSON.parse(made.text) as { secret: string }).secret);
  expect((await other.ask('GET', `/v1/runs/${id}/artifacts`)).status).toBe(404);
  expect((await other.ask('GET', `/v1/runs/${id}/artifact?path=x`)).status).toBe(404);
  const files = [{ path: 'x', artifact: { run: id, path: 'x' } }];
  expect((await other.ask('POST', '/v1/sessions', { body: { files, pool: 'lab' } })).status).toBe(404);
  const wrong = [{ path: 'x', artifact: { run: id, path: 'y' } }];
  expect((await http.ask('POST', '/v1/sessions', { body: { files: wrong } })).text).toContain(
    'has kept no file y',
  );
});

it('are gathered anew where the server is killed meanwhile, and what is kept survives it', async () => {
  const shell = 'mkdir out; for n in $(seq 200); do head -c 100000 /dev/zero > out/$n; done';
  const { id } = await submit(http, { pool: 'lab', shell, artifacts: ['out'] });
  const folder = place.path('data/files/artifacts', id, '1');
  const begun = (): boolean => {
    try {
      return readdirSync(folder).length > 3;
    } catch {
      return false;
    }
  };
  await until(async () => begun(), 'some files', 60_000);
  await server.kill();
  await server.start();
  const run = await look(http, id, 'ended');
  expect(run).toMatchObject({ status: 'succeeded', kept: { files: 200, bytes: 20_000_000, problem: null } });
  expect(await kept(id)).toHaveLength(200);
});
