import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audited } from '../harness/audited.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { OldExecClient } from './aws-exec-client.ts';
import { PutTarget } from './put-target.ts';

const MB = 1_024 * 1_024;
const CONFIG = `
logLevel: warn
compat:
  awsExec: {pool: local, timeout: 5s, pushTo: [127.0.0.1]}
`;

let place: Place;
let server: Server;
let target: PutTarget;
let client: OldExecClient;

beforeAll(async () => {
  place = new Place();
  server = await place.server({ config: CONFIG });
  target = await PutTarget.start();
  client = new OldExecClient({ url: server.url, auth: server.key });
}, 120_000);
afterAll(async () => {
  await target[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

async function exec(...argv: readonly string[]): Promise<Awaited<ReturnType<OldExecClient['follow']>>> {
  return await client.follow(await client.uid({ argv }));
}

describe('a client of aws-exec', () => {
  it('gets a uid at once, then both streams and the exit status', async () => {
    const answer = await client.submit({ argv: ['bash', '-c', 'echo a; echo b >&2'] });
    const { uid } = (await answer.json()) as { uid: string };
    expect(uid).toMatch(/^\d{10}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(answer.headers.get('uid')).toBe(uid);
    expect(answer.headers.get('auth-name')).toMatch(/^.+:[0-9a-f]{16}$/);
    const { log, exit } = await client.follow(uid);
    expect([log.toString().split('\n').toSorted().join(), exit]).toEqual([',a,b', 0]);
  });

  it('sees lines long before the end', async () => {
    const begin = performance.now();
    const { arrivals } = await exec('sh', '-c', 'for i in 1 2 3; do echo $i; sleep 1; done');
    const [first, last] = [arrivals[0]?.at ?? 0, performance.now()];
    expect(arrivals.length).toBeGreaterThan(1);
    expect(first - begin).toBeLessThan(last - begin - 1_000);
  });

  it('gets only what lies behind its offset, and at the end the exit status without an address', async () => {
    const uid = await client.uid({ argv: ['printf', 'zwölf Boxkämpfer'] });
    const whole = await client.follow(uid);
    expect(whole.log.toString()).toBe('zwölf Boxkämpfer');
    const part = await client.follow(uid, 3);
    expect(part.log).toEqual(whole.log.subarray(3));
    const end = await client.poll(uid, whole.log.length);
    expect(await end.json()).toEqual({ exit: 0, url: '' });
  });

  it('ends with a command that writes nothing, and waits for one that is silent for a while', async () => {
    expect(await exec('true')).toMatchObject({ exit: 0, log: Buffer.alloc(0) });
    const late = await exec('sh', '-c', 'sleep 2; echo late');
    expect(late.log.toString()).toBe('late\n');
  });

  it('sees the true exit status', async () => {
    expect((await exec('sh', '-c', 'exit 42')).exit).toBe(42);
    const missing = await exec('no-such-program');
    expect([missing.exit, missing.log.toString()]).toEqual([127, expect.stringMatching(/^error: .+ENOENT/)]);
  });

  it('gets a cut log with a line that says so, and an end', async () => {
    const { log, exit } = await exec('sh', '-c', `head -c ${34 * MB} /dev/zero | tr '\\0' x`);
    expect(exit).toBe(0);
    expect(log.length).toBeLessThan(33 * MB);
    expect(log.subarray(-100).toString()).toMatch(/\[log truncated: \d+ bytes are missing\]\n$/);
  });

  it('has the whole tree of a command ended at its maximum duration', async () => {
    const mark = `errand-e2e-${process.pid}`;
    const script = `echo begun; sh -c 'sleep 600; : ${mark}' & sleep 600; : ${mark}`;
    const { log, exit } = await exec('sh', '-c', script);
    expect([log.toString(), exit]).toEqual([expect.stringMatching(/^begun\nerror: .*time-out/), 124]);
    await until(() => processesWith(mark).length === 0, 'the end of the tree');
  });
});

describe('what is pushed to the addresses of a caller', () => {
  it('is log, exit status and size, in this order, each whole', async () => {
    await client.uid({ argv: ['sh', '-c', 'echo out; exit 3'], 'push-urls': target.urls('plain') });
    await until(() => target.of('plain').at(-1)?.what === 'size', 'the size');
    const puts = target.of('plain').map(({ what, put }) => [what, put.body.toString(), put.length]);
    expect(puts.slice(-3)).toEqual([
      ['log', 'out\n', '4'],
      ['exit', '3', '1'],
      ['size', '4', '1'],
    ]);
  });

  it('comes in all to at most three times the log, though it grows a line at a time', async () => {
    const script = 'i=0; while [ $i -lt 40 ]; do echo "line $i of many"; i=$((i+1)); sleep 0.1; done';
    await client.uid({ argv: ['sh', '-c', script], 'push-urls': target.urls('growing') });
    await until(() => target.of('growing').at(-1)?.what === 'size', 'the size');
    const puts = target.of('growing');
    const logs = puts.filter(({ what }) => what === 'log').map(({ put }) => put.body.length);
    const size = Number(puts.at(-1)?.put.body.toString());
    expect(logs.length).toBeGreaterThan(1);
    expect(logs.at(-1)).toBe(size);
    expect(logs.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(3 * size);
  });

  it('is tried again where it was refused, and goes on after the server was killed', async () => {
    target.failures = 3;
    await client.uid({
      argv: ['sh', '-c', 'echo begun; sleep 2; echo over'],
      'push-urls': target.urls('killed'),
    });
    await server.kill();
    await server.start();
    await until(() => target.of('killed').at(-1)?.what === 'size', 'the size');
    const puts = target.of('killed').map(({ what, put }) => `${what} ${put.body.toString()}`);
    expect(puts.slice(-3)).toEqual(['log begun\nover\n', 'exit 0', 'size 11']);
  });

  it('never goes to an address within this machine or its networks that was not allowed by name', async () => {
    for (const host of ['localhost', '10.0.0.1', '169.254.169.254', '[::1]', '[::ffff:127.0.0.1]']) {
      const urls = { log: `https://${host}/`, exit: `https://${host}/`, size: `https://${host}/` };
      const answer = await client.submit({ argv: ['true'], 'push-urls': urls });
      if (host === 'localhost') continue;
      expect([host, answer.status]).toEqual([host, 400]);
    }
  });
});

describe('who may do what', () => {
  it('refuses slowly and without a word who has no key, or one that was revoked', async () => {
    for (const auth of ['', 'err_wrong']) {
      const stranger = new OldExecClient({ url: server.url, auth });
      const answer = await stranger.submit({ argv: ['true'] });
      expect([answer.status, await answer.text()]).toEqual([401, '']);
    }
    const errand = server.sdk();
    const { id, secret } = await errand.keys.create({ name: 'soon gone', role: 'admin', owner: 'local' });
    const holder = new OldExecClient({ url: server.url, auth: secret });
    expect((await holder.submit({ argv: ['true'] })).status).toBe(200);
    await errand.keys.remove(id);
    expect((await holder.submit({ argv: ['true'] })).status).toBe(401);
    const [newest] = await audited(server, 'createRun');
    expect(newest).toEqual([expect.stringMatching(/^run_/), 'done', 'soon gone']);
    const refused = [null, 'unauthenticated', null];
    expect(await audited(server, 'authenticate')).toEqual([refused, refused]);
  });

  it('tells another key of the same owner nothing about a run', async () => {
    const uid = await client.uid({ argv: ['echo', 'private'] });
    const { secret } = await server.sdk().keys.create({ name: 'other', role: 'admin', owner: 'local' });
    const other = new OldExecClient({ url: server.url, auth: secret });
    const [foreign, unknown] = [
      await other.poll(uid, 0),
      await other.poll('1.00000000-0000-0000-0000-000000000000', 0),
    ];
    expect([foreign.status, await foreign.text()]).toEqual([404, '404']);
    expect([unknown.status, await unknown.text()]).toEqual([404, '404']);
  });

  it('lets nobody make or change the address of a log', async () => {
    const uid = await client.uid({ argv: ['echo', 'private'] });
    const { url } = (await (await client.poll(uid, 0)).json()) as { url: string };
    const forged = `${url.slice(0, -2)}${url.endsWith('AA') ? 'BB' : 'AA'}`;
    expect((await fetch(forged)).status).toBe(403);
  });
});

describe('bad input', () => {
  const marker = (): string => place.path('executed');

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['neither argv nor rpc-name', {}],
    ['an empty argv', { argv: [] }],
    ['an argv that is a text', { argv: 'touch' }],
    ['an argv of numbers', { argv: [1] }],
    ['a NUL in an argument', { argv: ['touch', 'a\0b'] }],
    ['rpc-args that are no JSON', { 'rpc-name': 'sysinfo', 'rpc-args': '{' }],
    ['rpc-args that are a list', { 'rpc-name': 'sysinfo', 'rpc-args': '[]' }],
    ['push-urls that are none', { argv: ['true'], 'push-urls': { log: 'x', exit: 'y', size: 'z' } }],
    ['half of the push-urls', { argv: ['true'], 'push-urls': { log: 'https://example.com' } }],
    ['an unknown field', { argv: ['true'], argz: 1 }],
  ])('%s is refused in plain words, and nothing is executed', async (_, body) => {
    const answer = await client.submit(body);
    const text = await answer.text();
    expect(answer.status).toBe(400);
    expect(text).not.toMatch(/ at .*:\d+:\d+|\{/);
    expect(existsSync(marker())).toBe(false);
  });

  it('refuses a body that is too large', async () => {
    expect((await client.submit({ argv: ['x'.repeat(5 * MB)] })).status).toBe(413);
  });

  it('refuses offsets that are none', async () => {
    const uid = await client.uid({ argv: ['true'] });
    for (const offset of ['', '-1', 'x', '1.5', '1e3'])
      expect((await client.poll(uid, offset)).status).toBe(400);
  });

  it('answers what it does not know as before', async () => {
    const nothing = await fetch(`${server.url}/api/none`);
    expect([nothing.status, await nothing.text()]).toEqual([404, '404']);
    const wrong = await fetch(`${server.url}/api/exec`, { method: 'DELETE' });
    expect([wrong.status, await wrong.text()]).toEqual([404, '404']);
    const options = await fetch(`${server.url}/api/exec`, { method: 'OPTIONS' });
    expect([options.status, await options.text()]).toEqual([200, '']);
    const version = (await (await fetch(`${server.url}/_version`)).json()) as Record<string, string>;
    expect(Object.values(version)).toEqual([expect.stringMatching(/^[0-9a-f]{64} \S+ \S+$/)]);
  });
});
