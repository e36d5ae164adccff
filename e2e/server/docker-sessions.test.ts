import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Session } from '@errand/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  docker,
  dockerEngine,
  makeImage,
} from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import type { Child } from '../harness/child.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import { until } from '../harness/until.ts';

/** Serves what its volume holds; what is written there stays. */
const SERVE = 'echo started >> /data/index.html; exec httpd -f -p 80 -h /data';

async function ask<Answer>(http: HttpClient, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await http.ask(method, path, body === undefined ? {} : { body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Answer;
}

function settled(http: HttpClient, id: string, state: Session['state']): Promise<Session> {
  return until(async () => {
    const session = await ask<Session>(http, 'GET', `/v1/sessions/${id}?wait=5s`);
    return session.settled && session.state === state && session;
  }, `${id} to be ${state}`);
}

/** Containers and volumes of a session, as the engine itself lists them. */
function leftOf({ id }: Session): string {
  const filter = `label=errand.session=${id}`;
  return docker('ps', '-aq', '--filter', filter) + docker('volume', 'ls', '-q', '--filter', filter);
}

async function read({ ports }: Session): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${ports[0]?.outerPort}/`)).text();
}

requires(dockerEngine)('a session in a container', () => {
  let image: ReturnType<typeof makeImage>;
  beforeAll(() => {
    image = makeImage();
  });
  afterAll(() => image[Symbol.dispose]());

  const wish = (more: object = {}) => ({
    provider: 'docker',
    image: image.name,
    shell: SERVE,
    ports: [{ port: 80, range: [40_000, 65_000] }],
    volumes: [{ name: 'data', path: '/data' }],
    health: { path: '/', body: 'started', interval: '200ms' },
    ...more,
  });

  async function openPlace() {
    const place = new Place();
    const server = await place.server({ config: 'logLevel: warn\ndocker: {}' });
    return { place, server, http: server.http() };
  }

  /** The watchdog stays for a minute; tests do not wait for it. */
  function endWatchdog(place: Place): void {
    for (const pid of processesWith(place.path('data', 'docker'))) signalIfAlive(pid, 'SIGKILL');
  }

  it('is made, reached, stopped, started with its volume, kept over a restart, and leaves nothing', async () => {
    const { place, server, http } = await openPlace();
    await using _ = place;
    try {
      const { id } = await ask<Session>(http, 'POST', '/v1/sessions', wish());
      const ready = await settled(http, id, 'ready');
      expect(await read(ready)).toBe('started\n');
      await server.kill();
      await server.start();
      const kept = await settled(http, id, 'ready');
      expect(kept.ports).toEqual(ready.ports);
      await until(() => read(kept).catch(() => null), 'the port to be open again');
      await ask(http, 'POST', `/v1/sessions/${id}/stop`);
      await settled(http, id, 'stopped');
      await expect(read(ready)).rejects.toThrow();
      await ask(http, 'POST', `/v1/sessions/${id}/start`);
      await until(() => read(ready).catch(() => null), 'the port after the start');
      expect(await read(ready)).toBe('started\nstarted\n');
      await ask(http, 'DELETE', `/v1/sessions/${id}`);
      await settled(http, id, 'deleted');
      expect(leftOf(ready)).toBe('');
    } finally {
      endWatchdog(place);
      http[Symbol.dispose]();
    }
  });

  it('says in its failure that its command is not there, and that a wish cannot be', async () => {
    const { place, http } = await openPlace();
    await using _ = place;
    try {
      const missing = wish({ shell: undefined, command: ['/nowhere'] });
      const { id } = await ask<Session>(http, 'POST', '/v1/sessions', missing);
      const failed = await settled(http, id, 'failed');
      expect(failed.failure?.sentence).toContain('/nowhere');
      expect(leftOf(failed)).toBe('');
      const refused = await http.ask('POST', '/v1/sessions', { body: wish({ size: 'big' }) });
      expect(refused.status).toBe(400);
      expect(refused.text).toContain('size');
    } finally {
      endWatchdog(place);
      http[Symbol.dispose]();
    }
  });

  it('says what keeps it from starting, to whoever waits for it and whoever looks, and starts once that is over', async () => {
    const { place, server, http } = await openPlace();
    await using _ = place;
    const far = `127.0.0.1:9/errand-test-${process.pid}:1`;
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const create = (...options: readonly string[]): Child =>
        place.errand(['session', 'create', '--provider', 'docker', ...options, '--', 'sleep', '60'], {
          env: server.env,
        });
      const waiting = [
        create('--image', far),
        create('--image', image.name, '--port', `80@127.0.0.1:${port}-${port}`),
      ] as const;
      const reasons = ['cannot be reached: ', `no port between ${port} and ${port} is free`] as const;
      for (const [at, child] of waiting.entries())
        await until(
          () => child.stderr.includes(reasons[at] ?? '?'),
          () => `a reason in ${child.stderr}`,
        );
      // Also while it is being tried again.
      const sessions = await until(async () => {
        const listed = await ask<{ sessions: Session[] }>(http, 'GET', '/v1/sessions');
        for (const { why } of listed.sessions) expect(why).toMatch(/cannot be reached|no port between/);
        return listed.sessions.every(({ trouble }) => (trouble?.count ?? 0) > 1) && listed.sessions;
      }, 'two tries of each');
      const look = async (...words: readonly string[]): Promise<string> =>
        (await place.errand(['session', ...words], { env: server.env }).ended).stdout;
      const list = await look('ls');
      for (const reason of reasons) expect(list).toContain(reason);
      for (const { id } of sessions) expect(await look('show', id)).toMatch(/^trouble .*\d times so far/m);
      docker('tag', image.name, far);
      place.atEnd(() => void docker('rmi', far));
      taken.close();
      for (const child of waiting) {
        const { status, stderr } = await child.ended;
        expect(status).toBe(0);
        expect(stderr).toMatch(/^errand: still trying \(ses_\w+\): .*\n$/);
      }
      for (const { id } of sessions) await ask(http, 'DELETE', `/v1/sessions/${id}`);
      for (const { id } of sessions) await settled(http, id, 'deleted');
    } finally {
      taken.close();
      endWatchdog(place);
      http[Symbol.dispose]();
    }
  });

  it('ends by its watchdog alone when the control plane was killed, and starts with what it wrote once that is back', async () => {
    const { place, server, http } = await openPlace();
    await using _ = place;
    try {
      const short = { lease: '15s', health: { path: '/', interval: '200ms' } };
      const { id } = await ask<Session>(http, 'POST', '/v1/sessions', wish(short));
      const session = await settled(http, id, 'ready');
      const there = leftOf(session);
      await server.kill();
      const filter = `label=errand.session=${id}`;
      expect(docker('ps', '-q', '--filter', filter)).not.toBe('');
      await until(() => docker('ps', '-q', '--filter', filter) === '', 'the watchdog to end it');
      expect(leftOf(session)).toBe(there);
      await server.start();
      const stopped = await settled(http, id, 'stopped');
      expect(stopped.failure?.reason).toBe('lease_ended');
      await ask(http, 'POST', `/v1/sessions/${id}/start`);
      expect(await read(await settled(http, id, 'ready'))).toBe('started\nstarted\n');
      await ask(http, 'DELETE', `/v1/sessions/${id}`);
      await settled(http, id, 'deleted');
      expect(leftOf(session)).toBe('');
    } finally {
      endWatchdog(place);
      http[Symbol.dispose]();
    }
  });
});
