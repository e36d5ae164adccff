import type { Session } from '@errand/contract';
import { expect, it } from 'vitest';
import { makeImage } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { OwnEngine, ownEngine } from '../../packages/server/src/providers/docker/testing/own-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import { until } from '../harness/until.ts';

/** Long enough for everybody else on a busy machine. */
const LIMIT_MS = 280_000;

async function ask<Answer>(http: HttpClient, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await http.ask(method, path, body === undefined ? {} : { body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Answer;
}

function inState(http: HttpClient, id: string, states: readonly Session['state'][]): Promise<Session> {
  return until(
    async () => {
      const session = await ask<Session>(http, 'GET', `/v1/sessions/${id}`);
      return states.includes(session.state) && session;
    },
    `${id} to be ${states.join(' or ')}`,
    LIMIT_MS / 3,
  );
}

requires(ownEngine)('sessions of an engine that is killed', () => {
  it(
    'end truly, whatever they were about: nothing is called deleted while it lives, and nothing is left',
    async () => {
      await using engine = new OwnEngine();
      await engine.start();
      // It goes with its engine.
      const image = makeImage(undefined, engine.docker);
      await using place = new Place();
      const server = await place.server({ config: `logLevel: silent\ndocker: {host: '${engine.host}'}` });
      using http = server.http();
      const make = async (seconds: number): Promise<string> => {
        const command = ['/bin/sh', '-c', `sleep ${seconds} & wait`];
        const volumes = [{ name: `v${seconds}`, path: '/data' }];
        const wish = { provider: 'docker', image: image.name, command, volumes };
        return (await ask<Session>(http, 'POST', '/v1/sessions', wish)).id;
      };
      const lives = (seconds: number): boolean => processesWith(`sleep\u0000${seconds}`).length > 0;
      const look = (id: string): Promise<Session> => ask<Session>(http, 'GET', `/v1/sessions/${id}`);
      try {
        const [kept, deleted, lost] = [await make(7_301), await make(7_302), await make(7_304)];
        for (const id of [kept, deleted, lost]) await inState(http, id, ['ready']);
        // In the middle of a start, while others run and one is being deleted.
        const started = await make(7_303);
        await ask(http, 'DELETE', `/v1/sessions/${deleted}`);
        await engine.kill();
        for (const id of [kept, started]) await ask(http, 'DELETE', `/v1/sessions/${id}`);
        // What lives on without its engine is not called gone.
        const troubled = await until(async () => {
          const session = await look(kept);
          return session.trouble !== null && session;
        }, 'the trouble to be seen');
        expect([troubled.state, lives(7_301), lives(7_304)]).toEqual(['deleting', true, true]);
        expect((await look(lost)).state).toBe('ready');
        await engine.start();
        for (const id of [kept, deleted, started]) await inState(http, id, ['deleted', 'failed']);
        for (const seconds of [7_301, 7_302, 7_303]) expect(lives(seconds)).toBe(false);
        // An engine that comes back without its containers says so; ours are not started again by themselves.
        const after = await inState(http, lost, ['stopped']);
        expect([after.failure === null, lives(7_304)]).toEqual([false, false]);
        await ask(http, 'DELETE', `/v1/sessions/${lost}`);
        await inState(http, lost, ['deleted']);
        const left = ['volume', 'ls', '-q', '-f', 'label=errand.session'] as const;
        expect(engine.docker('ps', '-aq') + engine.docker(...left)).toBe('');
      } finally {
        for (const pid of processesWith(place.path('data', 'docker'))) signalIfAlive(pid, 'SIGKILL');
        for (const pid of processesWith('sleep\u0000730')) signalIfAlive(pid, 'SIGKILL');
      }
    },
    LIMIT_MS,
  );
});
