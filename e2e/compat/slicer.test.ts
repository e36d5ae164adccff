import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  docker,
  dockerEngine,
  makeImage,
} from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { sized } from '../../scripts/sizes.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import { hosting } from '../harness/requirements.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
  readonly headers: Headers;
}

async function askAt(
  server: Server,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(server.url + path, { method, headers });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, text, json: isJson ? JSON.parse(text) : null, headers: answer.headers };
}

/** All that a real load had, where there is time. */
const STARTS = sized({ test: 25, ci: 50, soak: 200 });

/** Serves the assets as a page each, healthy at once, but not for the campaign `sick`; ends when it is told to. */
const SERVE = [
  "trap 'exit 0' TERM",
  'mkdir -p /www',
  'echo -n OK > /www/health',
  'if [ "$CAMPAIGNID" = sick ]; then sleep 1000 & else httpd -f -p 8080 -h /www & fi',
  'wait',
].join('\n');

requires(dockerEngine)('clients of AWS Slicer Service', () => {
  let image: ReturnType<typeof makeImage>;
  let place: Place;
  let server: Server;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let strangers: Awaited<ReturnType<typeof generateKeyPair>>;
  let down = false;
  const outside = createServer((request, response) => void answerOutside(request.url ?? '', response));

  async function answerOutside(
    url: string,
    response: { writeHead(status: number): { end(body?: string): void } },
  ): Promise<void> {
    const base = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    if (url === '/jwks')
      return response
        .writeHead(200)
        .end(JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'RS256', kid: 'one' }] }));
    if (url.startsWith('/files/')) return response.writeHead(200).end(`stl ${url.slice(7)}`);
    if (down) return response.writeHead(503).end();
    const items = ['a', 'b', 'c', 'd', 'e'].map((id) => ({
      file_UUID: id,
      location: `${base}/files/${id}.stl`,
    }));
    return response.writeHead(200).end(JSON.stringify(items));
  }

  beforeAll(async () => {
    image = makeImage();
    keys = await generateKeyPair('RS256', { extractable: true });
    strangers = await generateKeyPair('RS256', { extractable: true });
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    place = new Place();
    server = await place.server({
      config: JSON.stringify({
        logLevel: 'warn',
        docker: {},
        sessions: { fetchFrom: ['127.0.0.1'] },
        templates: {
          slicer: {
            params: {
              properties: {
                campId: { type: 'string' },
                tierId: { type: 'string' },
                assets: { type: 'array' },
              },
            },
            spec: {
              provider: 'docker',
              image: image.name,
              shell: SERVE,
              env: { CAMPAIGNID: '{campId}' },
              ports: [{ port: 8080, range: [40_000, 65_000] }],
              health: { path: '/health', body: 'OK', interval: '200ms' },
              readyTimeout: '15s',
            },
            assets: {
              url: `${base}/api/v1/{campId}/campaign-rewards?tierId={tierId}`,
              location: 'location',
              id: 'file_UUID',
              only: 'assets',
              into: '/www/stls',
              unavailable: 'Campaign service Down',
            },
          },
        },
        compat: {
          slicer: {
            template: 'slicer',
            team: 'acme',
            jwks: `${base}/jwks`,
            claims: { user: 'sub', session: 'sessionHandle', admin: { claim: 'role', value: 'SuperAdmin' } },
            service: { source: 'easy-novnc-service' },
          },
        },
      }),
    });
  }, 120_000);
  afterAll(async () => {
    const left = docker('ps', '-aq', '--filter', `ancestor=${image.name}`).split('\n').filter(Boolean);
    if (left.length > 0) docker('rm', '--force', '--volumes', ...left);
    await place[Symbol.asyncDispose]();
    outside.close();
    image[Symbol.dispose]();
  });

  const sign = (claims: object, by = keys, expires = '1h') =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setExpirationTime(expires)
      .sign(by.privateKey);
  const tokenOf = (user: string, session: string, role = 'user') =>
    sign({ sub: user, sessionHandle: session, role });

  const ask = (method: string, path: string, headers?: Record<string, string>) =>
    askAt(server, method, path, headers);

  async function as(user: string, session: string, role?: string) {
    const cookie = { cookie: `other=1; sAccessToken=${await tokenOf(user, session, role)}` };
    return (method: string, path: string) => ask(method, path, cookie);
  }

  const containers = () =>
    docker('ps', '-aq', '--filter', `ancestor=${image.name}`).split('\n').filter(Boolean);

  it('start, are told of what runs, stop, start again as it was, force a new one, and delete', async () => {
    const ann = await as('ann', 'login-1');
    const first = await ann('GET', '/aws/start-container?campId=c1&tierId=t1&assets=b&assets=d');
    expect([first.status, first.json]).toEqual([
      200,
      {
        cluster: 'errand',
        task: expect.any(String),
        container: expect.any(String),
        ip: '127.0.0.1',
        url: expect.stringMatching(/^http:\/\/[a-z]+-[a-z]+\.localhost:\d+$/),
      },
    ]);
    const { url } = first.json as { url: string };
    const [id = ''] = containers();
    expect(docker('exec', id, 'ls', '/www/stls')).toBe('b.stl\nd.stl');
    expect(docker('exec', id, 'cat', '/www/stls/d.stl')).toBe('stl d.stl');
    expect((await ann('GET', '/start-container?campId=c1')).json).toEqual({ detail: 'already running', url });
    expect(containers()).toHaveLength(1);
    const [mine] = ((await ann('GET', '/my-sessions')).json as { sessions: { port: number }[] }).sessions;
    expect(mine?.port).toBeGreaterThanOrEqual(40_000);
    const subdomain = new URL(url).hostname.split('.')[0] ?? '';
    const at = await ann('GET', `/ip-port?subdomain=${subdomain}`);
    expect([at.status, at.text, at.headers.get('x-slicer-ip')]).toEqual([
      200,
      `127.0.0.1:${mine?.port}`,
      `127.0.0.1:${mine?.port}`,
    ]);
    expect(await (await fetch(`http://${at.text}/health`)).text()).toBe('OK');

    expect((await ann('DELETE', '/stop-container')).json).toEqual({ detail: 'success' });
    expect(docker('ps', '-q', '--filter', `ancestor=${image.name}`)).toBe('');
    expect((await ann('DELETE', '/stop-container')).status).toBe(404);
    const again = (await ann('GET', '/start-container')).json as { url: string };
    expect(again.url).toBe(url);
    const [same] = ((await ann('GET', '/my-sessions')).json as { sessions: { port: number }[] }).sessions;
    expect(same?.port).toBe(mine?.port);

    const forced = (await ann('GET', '/start-container?force=true&campId=c2')).json as {
      url: string;
      task: string;
    };
    expect(forced.task).not.toBe((first.json as { task: string }).task);
    const [other = ''] = containers();
    expect(docker('exec', other, 'ls', '/www/stls').split('\n')).toHaveLength(5);
    expect((await ann('DELETE', '/task-defination')).json).toEqual(['Successfully deregistered']);
    expect(containers()).toEqual([]);
    expect((await ann('DELETE', '/aws/task-defination')).json).toEqual({
      detail: 'Task definition not registered for this user',
    });
    expect((await ann('GET', '/my-sessions')).json).toEqual({ userId: 'ann', sessions: [] });
  }, 120_000);

  it('see their own, and nobody else’s', async () => {
    const [ann, bob, boss] = [
      await as('ann', 'l'),
      await as('bob', 'l'),
      await as('boss', 'l', 'SuperAdmin'),
    ];
    const started = await Promise.all([ann('GET', '/start-container'), bob('GET', '/start-container')]);
    expect(started.map(({ status }) => status)).toEqual([200, 200]);
    const [{ url }] = started.map(({ json }) => json) as [{ url: string }, unknown];
    const subdomain = new URL(url).hostname.split('.')[0] ?? '';
    expect((await bob('GET', `/ip-port?subdomain=${subdomain}`)).status).toBe(403);
    expect((await ann('GET', '/ip-port?subdomain=not-there')).status).toBe(403);
    expect((await ask('GET', `/ip-port?subdomain=${subdomain}`)).status).toBe(401);
    const users = (answer: Answer) =>
      (answer.json as { userId: string }[]).map(({ userId }) => userId).sort();
    expect(users(await bob('GET', '/running-sessions'))).toEqual(['bob']);
    expect((await bob('GET', '/all-sessions')).status).toBe(403);
    await ann('DELETE', '/stop-container');
    expect(users(await boss('GET', '/running-sessions'))).toEqual(['bob']);
    expect(users(await boss('GET', '/all-sessions'))).toEqual(['ann', 'bob']);
    await Promise.all([ann('DELETE', '/task-defination'), bob('DELETE', '/task-defination')]);
  }, 120_000);

  it('hear why a start failed, are answered meanwhile, and nothing is left of it', async () => {
    const cas = await as('cas', 'l');
    down = true;
    expect((await cas('GET', '/start-container')).json).toEqual({ detail: 'Campaign service Down' });
    expect((await cas('GET', '/start-container')).status).toBe(500);
    down = false;
    let answered = false;
    const sick = cas('GET', '/start-container?campId=sick').finally(() => {
      answered = true;
    });
    const count = async (ask: typeof cas) =>
      ((await ask('GET', '/my-sessions')).json as { sessions: unknown[] }).sessions.length;
    await until(async () => (await count(cas)) === 1, 'the session that never gets healthy');
    expect(await count(await as('eve', 'l'))).toBe(0);
    expect(answered).toBe(false);
    const { status, text } = await sick;
    expect([status, text]).toEqual([500, expect.stringContaining('did not become ready')]);
    expect(containers()).toEqual([]);
    expect((await cas('GET', '/my-sessions')).json).toEqual({ userId: 'cas', sessions: [] });
    const evil = encodeURIComponent('x; touch /tmp/p');
    expect((await cas('GET', `/start-container?campId=${evil}`)).status).toBe(400);
  }, 120_000);

  it('are stopped by their service, if it is the right one', async () => {
    const fay = await as('fay', 'l');
    expect((await fay('GET', '/start-container')).status).toBe(200);
    const claims = { source: 'easy-novnc-service', userid: 'fay', sessionid: 'l' };
    const refused = async (authorization?: string) =>
      (await ask('DELETE', '/aws/stop-container', authorization === undefined ? {} : { authorization })).json;
    expect(await refused()).toEqual({ detail: 'Token missing' });
    expect(await refused('Basic x')).toEqual({ detail: 'Invalid token header' });
    expect(await refused('Bearer a b')).toEqual({ detail: 'Token contains spaces' });
    expect(await refused('Bearer nonsense')).toEqual({ detail: 'Invalid token' });
    expect(await refused(`Bearer ${await sign(claims, strangers)}`)).toEqual({ detail: 'Invalid token' });
    expect(await refused(`Bearer ${await sign(claims, keys, '-1h')}`)).toEqual({ detail: 'Invalid token' });
    expect(await refused(`Bearer ${await sign({ ...claims, source: 'else' })}`)).toEqual({
      detail: 'Call from wrong micro-service',
    });
    const good = await ask('DELETE', '/stop-container', { authorization: `Bearer ${await sign(claims)}` });
    expect([good.status, good.json]).toEqual([200, { detail: 'success' }]);
    await until(
      async () => docker('ps', '-q', '--filter', `ancestor=${image.name}`) === '',
      'the container to be gone',
    );
    await fay('DELETE', '/task-defination');
  }, 120_000);

  requires(hosting)('of folders and processes', () => {
    /** The same front, with another template behind it. */
    async function otherServer(at: Place, spec: object): Promise<Server> {
      const base = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
      const made = await at.server({
        config: JSON.stringify({
          logLevel: 'warn',
          sessions: { perTeam: 1_000 },
          templates: { slicer: { spec } },
          compat: {
            slicer: {
              template: 'slicer',
              team: 'acme',
              jwks: `${base}/jwks`,
              claims: {
                user: 'sub',
                session: 'sessionHandle',
                admin: { claim: 'role', value: 'SuperAdmin' },
              },
            },
          },
        }),
      });
      const { stdout } = await at.errand(['pool', 'token', 'lab'], { env: made.env }).ended;
      const data = at.hasAgent(at.path('machine'));
      at.errand(['agent', '--url', made.url, '--data', data, '--token', stdout.trim(), '--slots', '1000']);
      using http = made.http();
      await until(
        async () => (await http.ask('GET', '/v1/agents')).text.includes('"pool":"lab"'),
        'the agent',
      );
      return made;
    }

    it(`start ${STARTS} at once, each with a port and a name of its own`, async () => {
      await using at = new Place();
      const many = await otherServer(at, {
        provider: 'process',
        pool: 'lab',
        ports: [{ port: 8080, range: [40_000, 65_000] }],
      });
      const started = await Promise.all(
        Array.from({ length: STARTS }, async (_, n) => {
          const authorization = `Bearer ${await tokenOf(`user-${n}`, 'l')}`;
          return await askAt(many, 'GET', '/aws/start-container', { authorization });
        }),
      );
      expect(started.filter(({ status }) => status !== 200)).toEqual([]);
      const urls = started.map(({ json }) => new URL((json as { url: string }).url).hostname);
      expect(new Set(urls).size).toBe(STARTS);
      for (const name of urls) expect(name).toMatch(/^[a-z]+-[a-z]+\.localhost$/);
      const boss = { authorization: `Bearer ${await tokenOf('boss', 'l', 'SuperAdmin')}` };
      const { json } = await askAt(many, 'GET', '/running-sessions', boss);
      const ports = (json as { sessions: { port: number }[] }[]).flatMap((user) =>
        user.sessions.map(({ port }) => port),
      );
      expect([ports.length, new Set(ports).size]).toEqual([STARTS, STARTS]);
      expect(ports.filter((port) => port < 40_000 || port > 65_000)).toEqual([]);
    }, 240_000);

    it('are stopped when nobody uses them, without anybody asking, and keep what they had', async () => {
      await using at = new Place();
      const spec = { provider: 'process', pool: 'lab', shell: 'sleep 7405 & wait', idle: '3s' };
      const idle = await otherServer(at, spec);
      const lives = (): boolean => processesWith('sleep\u00007405').length > 0;
      const gus = { authorization: `Bearer ${await tokenOf('gus', 'l')}` };
      const { json } = await askAt(idle, 'GET', '/start-container', gus);
      const { url, task } = json as { url: string; task: string };
      await until(lives, 'its command');
      const running = async () => (await askAt(idle, 'GET', '/running-sessions', gus)).json as object[];
      await until(async () => (await running()).length === 0 && !lives(), 'the idle stop');
      expect((await askAt(idle, 'GET', '/my-sessions', gus)).json).toMatchObject({
        sessions: [{ sessionHandle: 'l' }],
      });
      expect((await askAt(idle, 'GET', '/start-container', gus)).json).toMatchObject({ task, url });
      await askAt(idle, 'DELETE', '/task-defination', gus);
      await until(() => !lives(), 'its end');
    }, 120_000);
  });
});
