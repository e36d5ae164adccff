import type { Session } from '@errand/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AwsProxy } from '../../packages/server/src/aws/testing/aws-proxy.ts';
import { Machines } from '../../packages/server/src/aws/testing/machines.ts';
import {
  awsTools,
  EMULATED_CREDENTIALS,
  type Moto,
  startMoto,
} from '../../packages/server/src/aws/testing/moto-server.ts';
import { dockerEngine } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { freePort } from '../harness/free-port.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

/** A machine starts, fetches its agent, and joins: much for a busy computer. */
const PATIENCE_MS = 150_000;
vi.setConfig({ testTimeout: 400_000, hookTimeout: 150_000 });

requires(awsTools, dockerEngine)('a session on a machine at EC2', () => {
  let moto: Moto;
  let proxy: AwsProxy;
  let machines: Machines;
  let place: Place;
  let server: Server;
  let http: HttpClient;

  beforeAll(async () => {
    moto = await startMoto();
    await moto.warmUp('ec2');
    proxy = await AwsProxy.start(moto.url);
    machines = new Machines(moto);
    place = new Place();
    const port = await freePort();
    const config = [
      'logLevel: warn',
      `url: http://127.0.0.1:${port}`,
      `aws: {region: eu-north-1, endpoint: "${proxy.settings.endpoint}"}`,
      'ec2: {prices: {t3.micro: 0.0108}}',
    ].join('\n');
    server = await place.server({ config, port, env: EMULATED_CREDENTIALS });
    http = server.http();
  });
  afterAll(async () => {
    http[Symbol.dispose]();
    await place[Symbol.asyncDispose]();
    await machines[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await moto[Symbol.asyncDispose]();
  });

  const errand = (...args: readonly string[]) => place.errand(args, { env: server.env }).ended;
  const create = (...more: readonly string[]) =>
    errand(
      'session',
      'create',
      '--provider',
      'ec2',
      '--image',
      'ami-0123456789abcdef0',
      '--size',
      't3.micro',
      ...more,
    );
  const settled = (word: string, state: Session['state']): Promise<Session> =>
    until(
      async () => {
        const answer = await http.ask('GET', `/v1/sessions/${word}?wait=5s`).catch(() => null);
        const session = answer?.status === 200 ? (JSON.parse(answer.text) as Session) : null;
        return session?.state === state && session;
      },
      `${word} to be ${state}`,
      PATIENCE_MS,
    );
  const nothingLives = () =>
    until(
      async () =>
        (await machines.alive()).length === 0 &&
        (await machines.inState('pending', 'running', 'stopping', 'stopped')).length === 0,
      'nothing to be left at the emulator',
      PATIENCE_MS,
    );

  it('is made although an answer is lost, runs commands live, and leaves nothing', async () => {
    proxy.trouble('RunInstances', 'lost');
    proxy.trouble('DescribeInstances', 'busy', { times: 2 });
    const made = await create('--name', 'box');
    expect(made.status).toBe(0);
    expect(await machines.inState('running')).toHaveLength(1);
    const shown = await settled('box', 'ready');
    expect(shown.cost).toMatchObject({ perHour: 0.0108, currency: 'USD' });
    const ran = await errand('session', 'exec', 'box', '--', 'sh', '-c', 'echo hello; exit 7');
    expect([ran.status, ran.stdout]).toEqual([7, 'hello\n']);
    // A control plane that dies in the middle: the command goes on, and so does its log.
    const shell = 'echo begun; while [ ! -f /tmp/go ]; do sleep 0.2; done; echo over; exit 5';
    const { id } = await submit(http, { session: 'box', shell });
    await until(async () => (await logOf(http, id)).toString() === 'begun\n', 'its first line', PATIENCE_MS);
    await server.kill();
    await server.start();
    await settled('box', 'ready');
    expect((await errand('session', 'exec', 'box', '--', 'touch', '/tmp/go')).status).toBe(0);
    expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 5, attempt: 1 });
    expect((await logOf(http, id)).toString()).toBe('begun\nover\n');
    expect((await errand('session', 'rm', 'box')).status).toBe(0);
    await nothingLives();
  });

  it('says that the machine is gone when EC2 takes it away', async () => {
    expect((await create('--name', 'spot', '--option', 'spot=true')).status).toBe(0);
    const { id } = await submit(http, { session: 'spot', shell: 'echo begun; sleep 1000' });
    await until(async () => (await logOf(http, id)).length > 0, 'a command that runs', PATIENCE_MS);
    const [machine = ''] = await machines.inState('running');
    await machines.take(machine);
    await settled('spot', 'stopped');
    expect(await look(http, id, 'ended')).toMatchObject({ status: 'lost', end: { reason: 'machine_gone' } });
    expect((await errand('session', 'rm', 'spot')).status).toBe(0);
    await nothingLives();
  });

  it('shuts its machine down by itself when the control plane is gone for good', async () => {
    expect((await create('--name', 'alone', '--lease', '15s')).status).toBe(0);
    await server.kill();
    await until(async () => (await machines.inState('stopped')).length === 1, 'its switch', PATIENCE_MS);
    expect(await machines.alive()).toEqual([]);
    await server.start();
    await settled('alone', 'stopped');
    expect((await errand('session', 'rm', 'alone')).status).toBe(0);
    await nothingLives();
  });
});
