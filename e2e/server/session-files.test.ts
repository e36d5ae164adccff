import { createHash, randomFillSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Session } from '@errand/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs, requires } from '../../scripts/requires.ts';
import { joinFarAgent } from '../harness/far-agent.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { hosting } from '../harness/requirements.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

needs(hosting);

let place: Place;
let server: Server;
let http: HttpClient;

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

async function create(name: string, pool: string): Promise<Session> {
  const made = await http.ask('POST', '/v1/sessions', { body: { name, pool } });
  expect(made.status, made.text).toBe(201);
  const { id } = JSON.parse(made.text) as Session;
  const session = JSON.parse((await http.ask('GET', `/v1/sessions/${id}?wait=20s`)).text) as Session;
  expect(session.state).toBe('ready');
  return session;
}

async function cp(...args: readonly string[]) {
  return await place.errand(['cp', ...args], { env: server.env }).ended;
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

const PLACES = [
  ['on the machine of the control plane', 'local', ['data', 'agent']],
  ['on another machine, whose agent only calls out', 'lab', ['machine']],
] as const;

for (const [where, pool, data] of PLACES) {
  requires(hosting)(`files of a session ${where}`, () => {
    const name = `files-${pool}`;
    let folder: string;
    beforeAll(async () => {
      const { id } = await create(name, pool);
      folder = place.path(...data, 'sessions', id, 'files');
    });

    it('are copied in and out, byte for byte and with their permissions', async () => {
      const big = place.path(`big-${pool}`);
      writeFileSync(big, randomFillSync(Buffer.alloc(48 * 1024 * 1024 + 11)), { mode: 0o640 });
      expect(await cp(big, `${name}:deep/er/data.bin`)).toMatchObject({ status: 0, stdout: '', stderr: '' });
      const inside = join(folder, 'deep/er/data.bin');
      expect(sha256(inside)).toBe(sha256(big));
      expect(statSync(inside).mode & 0o777).toBe(0o640);
      const back = place.path(`back-${pool}`);
      expect(await cp('--json', `${name}:deep/er/data.bin`, back)).toMatchObject({ status: 0 });
      expect(sha256(back)).toBe(sha256(big));
      expect(readdirSync(join(folder, 'deep/er'))).toEqual(['data.bin']);
    });

    it('are listed, of a folder alone or with all that is below, and leave a browser as nothing but a download', async () => {
      writeFileSync(place.path('x'), 'text');
      await cp(place.path('x'), `${name}:list/ed/x`);
      await cp(place.path('x'), `${name}:list/y\x1b[31m`);
      const ls = async (...args: readonly string[]) =>
        await place.errand(['ls', ...args], { env: server.env }).ended;
      expect((await ls(`${name}:list`)).stdout).toMatch(
        /^MODE .*\n 755 +folder .* ed\/\n 644 +4 .* y\\x1b\[31m\n$/,
      );
      expect(JSON.parse((await ls('-R', '--json', `${name}:list`)).stdout)).toMatchObject({
        files: [{ path: 'ed', kind: 'folder' }, { path: 'ed/x', bytes: 4 }, { path: 'y\x1b[31m' }],
      });
      expect((await ls(name)).stdout).toContain(' list/\n');
      expect(await ls('./here')).toMatchObject({
        status: 125,
        stderr: expect.stringContaining('SESSION:PATH'),
      });
      const { id } = JSON.parse((await http.ask('GET', `/v1/sessions/${name}`)).text) as Session;
      const answer = await http.ask('GET', `/v1/sessions/${id}/files?path=list&list=below`);
      expect(answer.status).toBe(400);
      const { headers } = await fetch(`${server.url}/v1/sessions/${id}/file?path=list/ed/x`, {
        headers: { authorization: `Bearer ${server.key}` },
      });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-disposition')).toBe('attachment');
    });

    it('are copied with all that is in a folder, also what is empty, and under its own name into one that is there', async () => {
      const top = place.path(`tree-${pool}`);
      mkdirSync(join(top, 'a/empty'), { recursive: true });
      for (const each of ['one', 'a/two', 'a/.hidden']) writeFileSync(join(top, each), each);
      symlinkSync('one', join(top, 'alias'));
      symlinkSync('/nowhere', join(top, 'broken'));
      const sent = await cp('--json', top, `${name}:`);
      expect(sent.stderr).toContain('broken is neither a file nor a folder');
      expect(JSON.parse(sent.stdout)).toMatchObject({ files: 4 });
      const there = join(folder, `tree-${pool}`);
      expect(readFileSync(join(there, 'alias'), 'utf8')).toBe('one');
      const out = place.path(`out-${pool}`);
      expect(await cp(`${name}:tree-${pool}`, out)).toMatchObject({ status: 0 });
      expect(existsSync(join(out, 'a/empty'))).toBe(true);
      expect(readFileSync(join(out, 'a/.hidden'), 'utf8')).toBe('a/.hidden');
    });

    it('are printed, one at a time', async () => {
      writeFileSync(join(folder, 'note'), 'hello\n');
      expect(await cp(`${name}:note`, '-')).toMatchObject({ status: 0, stdout: 'hello\n' });
    });

    it('lead nowhere else, and what is wrong is said', async () => {
      symlinkSync('/etc', join(folder, 'out'));
      const refused = await http.ask('GET', `/v1/sessions/${name}/file?path=out/passwd`);
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining('leads out of the session'),
      ]);
      const up = await http.ask('GET', `/v1/sessions/${name}/file?path=../mark`);
      expect([up.status, up.text]).toEqual([400, expect.stringContaining('..')]);
      const missing = await cp(`${name}:none`, place.path('x'));
      expect(missing).toMatchObject({ status: 125, stderr: expect.stringContaining('there is no none') });
      const folderRead = await http.ask('GET', `/v1/sessions/${name}/file?path=`);
      expect(folderRead.status).toBe(409);
    });

    it('keep what was there where the sender breaks off', async () => {
      writeFileSync(join(folder, 'kept'), 'good');
      const short = await http.ask('PUT', `/v1/sessions/${name}/file?path=kept&bytes=10`, { body: 'bad' });
      expect(short.status).toBe(400);
      expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('good');
      expect(readdirSync(folder).filter((each) => each.startsWith('.errand-'))).toEqual([]);
    });
  });
}

it('are somebody’s: another owner learns nothing', async () => {
  const made = await http.ask('POST', '/v1/keys', {
    body: { name: 'other', role: 'member', owner: 'other' },
  });
  using other = server.http((JSON.parse(made.text) as { secret: string }).secret);
  const session = JSON.parse((await http.ask('GET', '/v1/sessions/files-local')).text) as Session;
  expect((await other.ask('GET', `/v1/sessions/${session.id}/file?path=note`)).status).toBe(404);
  expect((await other.ask('PUT', `/v1/sessions/${session.id}/file?path=note`, { body: 'x' })).status).toBe(
    404,
  );
});

describe.each(['local', 'lab'])('files that a session of the pool %s begins with', (pool) => {
  const ask = async (files: readonly object[]) => {
    const command = ['sh', '-c', 'cat conf/app.json data.bin > both; sleep 1000'];
    const health = { command: ['test', '-s', 'both'], interval: '100ms' };
    const made = await http.ask('POST', '/v1/sessions', { body: { pool, files, command, health } });
    if (made.status !== 201) return { status: made.status, text: made.text, session: null };
    const { id } = JSON.parse(made.text) as Session;
    const session = await until(async () => {
      const seen = JSON.parse((await http.ask('GET', `/v1/sessions/${id}?wait=10s`)).text) as Session;
      return seen.settled && seen;
    }, `${id} to settle`);
    return { status: 201, text: made.text, session };
  };

  it('are there before its command, and their contents are shown to nobody', async () => {
    const taken = await http.ask('POST', '/v1/uploads', { body: Buffer.from([0, 255, 10]) });
    const { id, bytes } = JSON.parse(taken.text) as { id: string; bytes: number };
    expect(bytes).toBe(3);
    const { session, text } = await ask([
      { path: 'conf/app.json', text: '{"secret":1}', mode: '600' },
      { path: 'data.bin', upload: id },
    ]);
    expect(session).toMatchObject({ state: 'ready', files: [{ from: 'inline' }, { from: 'upload' }] });
    expect(text).not.toContain('{\\"secret');
    const both = await http.ask('GET', `/v1/sessions/${session?.id}/file?path=both`);
    expect(both.bytes.equals(Buffer.concat([Buffer.from('{"secret":1}'), Buffer.from([0, 255, 10])]))).toBe(
      true,
    );
    const mode = await http.ask('GET', `/v1/sessions/${session?.id}/files?path=conf/app.json`);
    expect(JSON.parse(mode.text)).toMatchObject({ mode: '600' });
    await http.ask('DELETE', `/v1/sessions/${session?.id}`);
  });

  it('fail the start, with a sentence, where one cannot be placed, and nothing is left', async () => {
    const { session } = await ask([
      { path: 'conf', text: 'x' },
      { path: 'conf/app.json', text: 'x' },
    ]);
    expect(session).toMatchObject({
      state: 'failed',
      failure: { sentence: expect.stringContaining('conf') },
    });
    expect(
      existsSync(place.path(pool === 'local' ? 'data/agent' : 'machine', 'sessions', session?.id ?? '')),
    ).toBe(false);
    const kept = place.path('data/files/sessions', session?.id ?? '');
    await until(async () => !existsSync(kept), 'what was kept for it to go');
  });
});

it('are refused before anything is made where they cannot be right', async () => {
  const sha256 = 'a'.repeat(64);
  for (const [file, sentence] of [
    [{ path: '../x', text: '' }, '..'],
    [{ path: 'x', url: 'https://example.com/x' }, 'sha256'],
    [{ path: 'x', url: 'http://example.com/x', sha256 }, 'sessions.fetchFrom'],
    [{ path: 'x', url: 'https://169.254.169.254/latest/meta-data', sha256 }, 'sessions.fetchFrom'],
    [{ path: 'x', upload: 'upl_none' }, 'no upload'],
    [{ path: 'x', text: '', base64: '' }, 'one of'],
  ] as const) {
    const answer = await http.ask('POST', '/v1/sessions', { body: { files: [file] } });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(sentence)]);
  }
});
