import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';
import { Page } from './page.ts';

const SCRIPT = 'console.log("the page")';
const BROWSER = { accept: 'text/html,*/*', 'accept-encoding': 'gzip, br' };

let folder = '';
let plane: TestPlane;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'errand-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Errand</title>');
  writeFileSync(join(folder, 'assets/index-abc.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/index-abc.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, 'assets/index-abc.js.gz'), gzipSync(SCRIPT));
  plane = await openPlane({}, new Page(folder));
});

afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('every path that a person may open shows the page, under a policy that allows nothing inline and no other host', async () => {
  for (const path of ['/', '/runs', '/runs/run_1', '/sign-in', '/no/such/screen']) {
    const answer = await plane.ask('GET', path, { headers: BROWSER });
    expect([path, answer.status, answer.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
    expect(await answer.text()).toContain('<title>Errand');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  }
});

test('programs get JSON where there is nothing for them', async () => {
  for (const [path, accept] of [
    ['/v1/nothing', 'text/html'],
    ['/runs', 'application/json'],
    ['/assets/other.js', '*/*'],
  ] as const) {
    const answer = await plane.ask('GET', path, { headers: { accept } });
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
      path,
      404,
      'application/json',
    ]);
  }
});

test('files whose name is their hash are kept for ever, in the smallest form the browser takes', async () => {
  const path = '/assets/index-abc.js';
  for (const [encodings, used] of [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['', null],
  ] as const) {
    const answer = await plane.ask('GET', path, { headers: { 'accept-encoding': encodings } });
    expect(answer.headers.get('content-encoding')).toBe(used);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-type')).toContain('text/javascript');
  }
});

test('what the browser has already is not sent again', async () => {
  const first = await plane.ask('GET', '/', { headers: BROWSER });
  const headers = { ...BROWSER, 'if-none-match': first.headers.get('etag') ?? '' };
  expect((await plane.ask('GET', '/', { headers })).status).toBe(304);
});

test('no path leads out of the folder, and no other name of the host is served', async () => {
  for (const path of ['/../package.json', '/assets/..%2f..%2fetc/passwd', '/assets/index-abc.js.br'])
    expect((await plane.ask('GET', path, { headers: { accept: '*/*' } })).status).toBe(404);
  expect((await plane.ask('GET', '/', { headers: { ...BROWSER, host: 'evil.example' } })).status).toBe(421);
});

test('a page that is not built says how to build it', async () => {
  await using bare = await openPlane({}, new Page(join(folder, 'nowhere')));
  const answer = await bare.ask('GET', '/', { headers: BROWSER });
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('npm run build:page')]);
});

test('a key signs a browser in and out; the key of an agent and a wrong one do not', async () => {
  const origin = { origin: 'http://localhost:4040' };
  const signIn = async (key: string): Promise<Response> =>
    await plane.ask('POST', '/v1/sign-in', { body: { key }, headers: origin });
  expect((await signIn('err_wrong')).status).toBe(401);
  expect((await signIn(await plane.key({ role: 'agent' }))).status).toBe(403);
  const member = await plane.key({ role: 'member' });
  expect(
    (
      await plane.ask('POST', '/v1/sign-in', {
        body: { key: member },
        headers: { origin: 'https://evil.example' },
      })
    ).status,
  ).toBe(403);
  const answer = await signIn(` ${member}\n`);
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
    204,
    expect.stringContaining('HttpOnly; SameSite=Strict'),
  ]);
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const me = async (): Promise<number> =>
    (await plane.ask('GET', '/v1/whoami', { headers: { cookie } })).status;
  expect(await me()).toBe(200);
  const left = await plane.ask('POST', '/v1/sign-out', { headers: { ...origin, cookie } });
  expect([left.status, left.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  expect(await me()).toBe(401);
});

test('a browser with an old link is led to the door, and one that only prepares for a click uses no ticket up', async () => {
  const old = await plane.ask('GET', '/login?ticket=old', { headers: BROWSER });
  expect([old.status, old.headers.get('location')]).toEqual([303, '/sign-in#link-used']);
  const { greet } = await import('../../first-key.ts');
  const { ticket } = await greet(plane.services, async () => true);
  const prepared = { ...BROWSER, 'sec-purpose': 'prefetch;prerender' };
  await plane.ask('GET', `/login?ticket=${ticket}`, { headers: prepared });
  const opened = await plane.ask('GET', `/login?ticket=${ticket}`, { headers: BROWSER });
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/#signed-in']);
});

test('what a key follows ends when the key is revoked', async () => {
  const member = await plane.key({ role: 'member', owner: 'watcher' });
  const events = await plane.ask('GET', '/v1/events', { key: member });
  const reading = Array.fromAsync(events.body ?? []);
  const key = (await plane.services.store.keys.list('watcher'))[0];
  await plane.ask('DELETE', `/v1/keys/${key?.id}`, { key: plane.admin });
  expect((await reading).length).toBeGreaterThan(0);
});
