import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { dockerEngine } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { TaskCloud } from '../harness/task-cloud.ts';
import { until } from '../harness/until.ts';

vi.setConfig({ testTimeout: 200_000, hookTimeout: 180_000 });

/** What it serves was there before it began. */
const SERVE = 'ls /www/stls >/www/found && echo -n OK >/www/health && exec httpd -f -p 8080 -h /www';

requires(awsTools, dockerEngine)('clients of AWS Slicer Service whose containers are tasks of ECS', () => {
  const opened = new AsyncDisposableStack();
  let cloud: TaskCloud;
  let cookie: string;

  beforeAll(async () => {
    const keys = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' };
    const outside = createServer((request, response) => {
      const { url = '' } = request;
      const listed = ['a', 'b', 'c'].map((id) => ({ file_UUID: id, location: `${base}/stl/${id}.stl` }));
      const body = url === '/jwks' ? { keys: [jwk] } : listed;
      response.end(url.startsWith('/stl/') ? `model ${url.slice(5)}` : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    opened.defer(() => void outside.close());
    const base = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    const token = new SignJWT({ sub: 'ann', sessionHandle: 'login-1' }).setProtectedHeader({
      alg: 'RS256',
      kid: 'one',
    });
    cookie = `sAccessToken=${await token.setExpirationTime('1h').sign(keys.privateKey)}`;
    cloud = await TaskCloud.open((image) => ({
      // As the old system ran them: on machines of the cluster, with some of their ports, at the addresses that everybody reaches.
      ecs: { launchType: 'ec2', networkMode: 'bridge', publicIp: true, subnets: [] },
      sessions: { fetchFrom: ['127.0.0.1'] },
      templates: {
        slicer: {
          params: {
            properties: { campId: { type: 'string' }, tierId: { type: 'string' }, assets: { type: 'array' } },
          },
          spec: {
            provider: 'ecs',
            image,
            shell: SERVE,
            env: { CAMPAIGNID: '{campId}' },
            ports: [8080],
            options: { folders: ['/www/stls'] },
            volumes: [{ name: 'configs', path: '/configs' }],
            health: { path: '/health', body: 'OK', interval: '200ms' },
            readyTimeout: '90s',
          },
          assets: {
            url: `${base}/api/v1/{campId}/campaign-rewards?tierId={tierId}`,
            location: 'location',
            id: 'file_UUID',
            only: 'assets',
            into: '/www/stls',
          },
        },
      },
      compat: {
        slicer: {
          template: 'slicer',
          team: 'acme',
          jwks: `${base}/jwks`,
          claims: { user: 'sub', session: 'sessionHandle' },
        },
      },
    }));
    opened.use(cloud);
  });
  afterAll(() => opened.disposeAsync());

  async function ask(method: string, path: string): Promise<{ status: number; text: string; json: unknown }> {
    const answer = await fetch(cloud.server.url + path, { method, headers: { cookie } });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    return { status: answer.status, text, json: isJson ? JSON.parse(text) : null };
  }

  it('start one with its assets, reach it at a port of its machine, stop, start it again as it was, and delete it', async () => {
    const first = await ask('GET', '/aws/start-container?campId=c1&tierId=t1&assets=a&assets=c');
    expect([first.status, first.json]).toEqual([
      200,
      {
        cluster: expect.any(String),
        task: expect.any(String),
        container: expect.any(String),
        ip: cloud.tasks.gateway,
        url: expect.stringMatching(/^http:\/\/[a-z]+-[a-z]+\.localhost:\d+$/),
      },
    ]);
    const { url } = first.json as { url: string };
    expect((await ask('GET', '/start-container')).json).toEqual({ detail: 'already running', url });
    expect(await cloud.tasks.alive()).toHaveLength(1);
    const subdomain = new URL(url).hostname.split('.')[0] ?? '';
    const at = (await ask('GET', `/ip-port?subdomain=${subdomain}`)).text;
    expect(at).toMatch(new RegExp(`^${cloud.tasks.gateway}:\\d+$`));
    const page = async (path: string) => await (await fetch(`http://${at}${path}`)).text();
    expect([await page('/found'), await page('/stls/c.stl')]).toEqual(['a.stl\nc.stl\n', 'model c.stl']);

    expect((await ask('DELETE', '/stop-container')).json).toEqual({ detail: 'success' });
    await cloud.nothingLives();
    expect((await ask('DELETE', '/stop-container')).status).toBe(404);
    expect((await ask('GET', '/start-container')).json).toMatchObject({ url, ip: cloud.tasks.gateway });
    expect((await ask('DELETE', '/task-defination')).json).toEqual(['Successfully deregistered']);
    expect((await ask('DELETE', '/task-defination')).status).toBe(404);
    await until(
      async () => (await cloud.tasks.fileSystem.folders()).length === 0,
      'its volume to be forgotten',
    );
    await cloud.nothingLives();
  });
});
