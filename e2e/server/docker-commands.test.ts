import type { Run, Session } from '@errand/contract';
import type { RunCreateInput } from '@errand/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  docker,
  dockerEngine,
  makeImage,
} from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { processesWith } from '../harness/processes.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

/** Children of a shell that have gone out of their session, one of them without a parent. */
const NASTY =
  'setsid sleep 4321 & (setsid sleep 4322 &); trap "" TERM; echo ready; while :; do sleep 1; done';

requires(dockerEngine)('a command in a container', () => {
  const image = makeImage();
  const bare = makeImage([]);
  const place = new Place();
  let server: Server;
  let http: HttpClient;
  let session: Session;

  beforeAll(async () => {
    server = await place.server({ config: 'logLevel: warn\ndocker: {}' });
    http = server.http();
    session = await make({ image: image.name, env: { FROM: 'session', BOTH: 'session' } });
  }, 120_000);
  afterAll(async () => {
    for (const each of await everySession()) await end(each.id);
    for (const pid of processesWith(place.path('data', 'docker'))) signalIfAlive(pid, 'SIGKILL');
    http[Symbol.dispose]();
    await place[Symbol.asyncDispose]();
    image[Symbol.dispose]();
    bare[Symbol.dispose]();
  });

  async function make(wish: object): Promise<Session> {
    const answer = await http.ask('POST', '/v1/sessions', { body: { provider: 'docker', ...wish } });
    if (answer.status !== 201) throw new Error(answer.text);
    const { id } = JSON.parse(answer.text) as Session;
    return await settled(id, 'ready');
  }

  function settled(id: string, state: Session['state']): Promise<Session> {
    return until(async () => {
      const answer = await http.ask('GET', `/v1/sessions/${id}?wait=5s`);
      const seen = JSON.parse(answer.text) as Session;
      return seen.settled && seen.state === state && seen;
    }, `${id} to be ${state}`);
  }

  async function everySession(): Promise<readonly Session[]> {
    return (JSON.parse((await http.ask('GET', '/v1/sessions')).text) as { sessions: Session[] }).sessions;
  }

  async function end(id: string): Promise<void> {
    await http.ask('DELETE', `/v1/sessions/${id}`);
    await settled(id, 'deleted');
  }

  const run = (wish: Partial<RunCreateInput>): Promise<Run> => finish(http, { session: session.id, ...wish });
  const begin = (wish: Partial<RunCreateInput>): Promise<Run> =>
    submit(http, { session: session.id, ...wish });
  const containerOf = (of: Session): string =>
    docker('ps', '-aq', '--filter', `label=errand.session=${of.id}`);
  const processes = (): string => docker('exec', containerOf(session), 'busybox', 'ps');
  /** Input is taken as far as the command has read what came before. */
  const taken = async (send: () => ReturnType<HttpClient['ask']>): Promise<void> => {
    await until(async () => (await send()).status < 300, 'the input to be taken');
  };
  const said = async (id: string, text: string): Promise<void> => {
    await until(async () => (await logOf(http, id)).includes(text), `${text} in the log`);
  };

  it('has streams of its own, its folder, and the variables of session and run', async () => {
    const shell = 'echo out; echo err >&2; echo $FROM $BOTH $OWN; pwd; exit 7';
    const { id, end: ended } = await run({ shell, env: { OWN: 'run', BOTH: 'run' }, cwd: '/tmp' });
    expect(ended).toMatchObject({ reason: 'exited', exitCode: 7 });
    expect((await logOf(http, id, '?stream=stdout')).toString()).toBe('out\nsession run run\n/tmp\n');
    expect((await logOf(http, id, '?stream=stderr')).toString()).toBe('err\n');
  });

  it.each([
    ['exit 137', { reason: 'exited', code: 137, exitCode: 137 }],
    ['kill -KILL $$', { reason: 'signaled', signal: 'SIGKILL', exitCode: 137 }],
    ['kill -SEGV $$', { reason: 'signaled', signal: 'SIGSEGV', exitCode: 139 }],
  ] as const)('that does %j ends as %j', async (shell, end) => {
    expect(await run({ shell })).toMatchObject({ end });
  });

  it.each([
    [{ command: ['nosuch'] }, 127, 'nosuch was not found in the PATH of the container'],
    [{ command: ['/etc'] }, 126, '/etc is not executable'],
    [{ command: ['cat'], cwd: '/nowhere' }, 126, 'the working directory /nowhere does not exist'],
  ])('%j cannot be started, which is %i: %s', async (wish, exitCode, sentence) => {
    const { end } = await run(wish);
    expect(end).toMatchObject({ reason: 'spawn_failed', exitCode });
    expect(end?.sentence).toContain(sentence);
  });

  it('runs in an image without a shell, on a root that is read-only, as its user', async () => {
    const command = ['busybox', 'sleep', '1000'];
    const wish = { image: bare.name, command, options: { readOnlyRoot: true, user: '65534:65534' } };
    const sealed = await make(wish);
    const inIt = (words: readonly string[]) => run({ session: sealed.id, command: [...words] });
    const { id } = await inIt(['busybox', 'id', '-u']);
    expect((await logOf(http, id)).toString()).toBe('65534\n');
    expect(await inIt(['sh', '-c', 'true'])).toMatchObject({ end: { exitCode: 127 } });
    const write = await inIt(['busybox', 'touch', '/.errand/keeper']);
    expect((await logOf(http, write.id)).toString()).toMatch(/Read-only|denied/);
    await end(sealed.id);
  });

  it('has files that are kept, also those of a container that ends with it', async () => {
    const shell =
      'mkdir -p out/deep; echo one > out/a; echo two > out/deep/b.txt; ln -s /etc/passwd out/l; chmod 600 out/a';
    const artifacts = ['out/*', 'none'];
    const of = async ({ id, kept }: Run): Promise<void> => {
      expect(kept).toMatchObject({
        files: 2,
        bytes: 8,
        problem: expect.stringContaining('out/l: it is a link'),
      });
      const list = JSON.parse((await http.ask('GET', `/v1/runs/${id}/artifacts`)).text) as {
        artifacts: object[];
      };
      expect(list.artifacts).toMatchObject([{ path: 'out/a', mode: '600' }, { path: 'out/deep/b.txt' }]);
      expect((await http.ask('GET', `/v1/runs/${id}/artifact?path=out/deep/b.txt`)).text).toBe('two\n');
    };
    await of(await run({ shell, artifacts, cwd: '/tmp' }));
    const pool = { launch: { provider: 'docker', image: image.name } };
    expect((await http.ask('PUT', '/v1/pools/kept', { body: pool })).status).toBe(200);
    await of(await finish(http, { pool: 'kept', shell, artifacts }));
  });

  it('reports a result, also on a root that is read-only and as another user', async () => {
    const wish = { image: image.name, options: { readOnlyRoot: true, user: '65534:65534' } };
    const sealed = await make({ ...wish, shell: 'echo out; echo err >&2; while :; do sleep 1; done' });
    const shell = 'echo \'{"answer": 42}\' > "$ERRAND_RESULT"';
    for (const each of [session.id, sealed.id])
      expect(await run({ session: each, shell })).toMatchObject({
        status: 'succeeded',
        result: { answer: 42 },
      });
    const none = await run({ shell: 'echo no > $ERRAND_RESULT; exit 3' });
    expect(none).toMatchObject({ exitCode: 3, resultProblem: expect.stringContaining('it is not JSON') });
    const long = await run({ shell: 'head -c 2000000 /dev/zero > $ERRAND_RESULT' });
    expect(long).toMatchObject({ end: { reason: 'result_invalid' } });
    const logs = (...args: readonly string[]) =>
      place.errand(['session', 'logs', ...args, sealed.subdomain], { env: server.env });
    expect(await logs().ended).toMatchObject({ status: 0, stdout: 'out\n', stderr: 'err\n' });
    expect(await logs('--lines', '0').ended).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const following = logs('-f');
    await following.says(/out/);
    docker('kill', containerOf(sealed));
    expect(await following.ended).toMatchObject({ status: 0, stdout: 'out\n', stderr: 'err\n' });
    await end(sealed.id);
  });

  it('reads what is piped in, byte for byte', async () => {
    const { id } = await begin({ command: ['cat'], stdin: 'stream' });
    const input = `/v1/runs/${id}/input`;
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256));
    for (let at = 0; at < bytes.length; at += 60_000) {
      const body = bytes.subarray(at, at + 60_000);
      const last = at + body.length === bytes.length ? '&end=1' : '';
      await taken(() => http.ask('POST', `${input}?offset=${at}${last}`, { body }));
    }
    await look(http, id, 'ended');
    expect((await logOf(http, id)).equals(bytes)).toBe(true);
  });

  it('is canceled with all that it has started, which is proven', async () => {
    const { id } = await begin({ shell: NASTY, grace: '300ms' });
    await said(id, 'ready');
    expect(processes()).toContain('sleep 4322');
    await http.ask('POST', `/v1/runs/${id}/cancel`);
    expect((await look(http, id, 'ended')).end).toMatchObject({ reason: 'canceled' });
    expect(processes()).not.toMatch(/sleep 432[12]/);
  });

  it('ends in time with all that it has started', async () => {
    const { end: ended } = await run({ shell: NASTY, timeout: '1s', grace: '300ms' });
    expect(ended).toMatchObject({ reason: 'timed_out' });
    expect(processes()).not.toMatch(/sleep 432[12]/);
  });

  it('may leave to the session what it has started in the background', async () => {
    const { end: ended } = await run({ shell: '(while :; do echo x; sleep 0.1; done) & sleep 4323 & true' });
    expect(ended).toMatchObject({ reason: 'exited', exitCode: 0 });
    expect(processes()).toContain('sleep 4323');
  });

  it('that takes too much memory is said to have', async () => {
    const small = await make({ image: image.name, memory: '16MiB' });
    const { end: ended } = await run({
      session: small.id,
      command: ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64M', 'count=1'],
    });
    expect(ended).toMatchObject({ reason: 'out_of_memory' });
    await end(small.id);
  });

  it('loses no byte when the control plane is killed in the middle, and ends as it ended', async () => {
    const shell = 'i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); sleep 0.02; done; exit 3';
    const { id } = await begin({ shell });
    await said(id, 'line 20');
    await server.kill();
    await server.start();
    expect((await look(http, id, 'ended')).end).toMatchObject({ reason: 'exited', code: 3 });
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join('');
    expect((await logOf(http, id)).toString()).toBe(lines);
  });

  it('is lost with its container, which is said', async () => {
    const gone = await make({ image: image.name });
    const { id } = await begin({ session: gone.id, shell: 'echo here; sleep 1000' });
    await said(id, 'here');
    docker('kill', containerOf(gone));
    expect((await look(http, id, 'ended')).end).toMatchObject({ reason: 'machine_gone' });
    expect((await logOf(http, id)).toString()).toBe('here\n');
  });

  describe('with a terminal', () => {
    it('has one in the container, which takes input and sizes', async () => {
      const { id } = await begin({ command: ['sh'], tty: { rows: 30, columns: 90 }, stdin: 'stream' });
      const type = (text: string, at: number) =>
        taken(() => http.ask('POST', `/v1/runs/${id}/input?offset=${at}`, { body: text }));
      await type('stty size\n', 0);
      await said(id, '30 90');
      await http.ask('POST', `/v1/runs/${id}/terminal`, { body: { rows: 41, columns: 101 } });
      await until(async () => {
        const size = docker(
          'exec',
          containerOf(session),
          'sh',
          '-c',
          'for f in /dev/pts/[0-9]*; do busybox stty size < $f; done',
        );
        return size.includes('41 101');
      }, 'the new size');
      await type('exit 5\n', 10);
      expect((await look(http, id, 'ended')).end).toMatchObject({ exitCode: 5 });
    });
  });
});
