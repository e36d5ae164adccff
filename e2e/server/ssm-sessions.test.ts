import type { Session } from '@errand/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { AwsProxy } from '../../packages/server/src/aws/testing/aws-proxy.ts';
import type { Machines } from '../../packages/server/src/aws/testing/machines.ts';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { SsmService } from '../../packages/server/src/aws/testing/ssm-service.ts';
import { dockerEngine } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { BUCKET, Cloud } from '../harness/cloud.ts';
import type { HttpClient } from '../harness/http.ts';
import { logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const PATIENCE_MS = 150_000;
vi.setConfig({ testTimeout: 400_000, hookTimeout: 150_000 });

requires(awsTools, dockerEngine)('a session on a machine that only SSM reaches', () => {
  let cloud: Cloud;
  let proxy: AwsProxy;
  let machines: Machines;
  let ssm: SsmService;
  let server: Server;
  let http: HttpClient;

  beforeAll(async () => {
    cloud = await Cloud.open({
      // Nothing on a machine could reach this control plane.
      isReached: false,
      ec2: `{image: ami-0123456789abcdef0, size: t3.micro, ssm: {bucket: ${BUCKET}}}`,
      config: 'compat: {cortx: {session: {provider: ec2, options: {connect: ssm}, idle: 1h}}}',
    });
    ({ proxy, machines, server } = cloud);
    ssm = new SsmService(cloud.moto, proxy);
    http = server.http();
  });
  afterAll(async () => {
    http[Symbol.dispose]();
    await ssm[Symbol.asyncDispose]();
    await cloud[Symbol.asyncDispose]();
  });

  const errand = (...args: readonly string[]) => cloud.place.errand(args, { env: server.env }).ended;
  const create = (name: string, ...more: readonly string[]) =>
    errand('session', 'create', '--provider', 'ec2', '--name', name, '--option', 'connect=ssm', ...more);

  const sent = (step: string, id: string) => ssm.of(`errand ${step} ${id}`);
  /** Until a machine has it: then it is begun, or will be in a moment. */
  const given = (id: string) =>
    until(async () => sent('start', id).some(({ status }) => status !== 'Pending'), 'its start', PATIENCE_MS);
  const processes = async (machine: string): Promise<string> => await machines.said(machine, 'ps');
  const stateOf = async (name: string): Promise<Session> =>
    JSON.parse((await http.ask('GET', `/v1/sessions/${name}`)).text) as Session;

  const old = (name: string, body?: unknown) =>
    fetch(`${server.url}/Prod/${name}?secretKey=${server.key}&sessionID=far`, {
      method: 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('is made by a client of CORTX, becomes ready, and runs commands with both streams and their exit status', async () => {
    const made = await old('createInstance');
    expect([made.status, await made.json()]).toEqual([200, { instanceID: expect.stringMatching(/^ses_/) }]);
    await until(async () => (await stateOf('far')).state === 'ready', 'it to be ready', PATIENCE_MS);
    const ran = await errand('run', '--session', 'far', '--', 'sh', '-c', 'echo a; echo b >&2; exit 7');
    expect([ran.status, ran.stdout]).toEqual([7, 'a\n']);
    expect(ran.stderr).toContain('b\n');
    const called = await old('callCommand', { command: 'echo "$ERRAND_SESSION" on "$(hostname)"' });
    expect([called.status, await called.text()]).toEqual([200, expect.stringMatching(/^ses_\w+ on \S+\n$/)]);
    expect(await stateOf('far')).toMatchObject({ live: false });
    const copied = await errand('cp', 'far:/etc/passwd', cloud.place.path('copy'));
    expect([copied.status, copied.stderr]).toEqual([125, expect.stringContaining('which has no agent')]);
    const { id } = await submit(http, { session: 'far', command: ['true'], tty: { columns: 80, rows: 24 } });
    const refused = await look(http, id, 'ended');
    expect(refused.end).toMatchObject({
      reason: 'refused',
      sentence: expect.stringContaining('a terminal needs'),
    });
    // The keeper came in parts that SSM takes.
    expect(ssm.of('errand keeper').map(({ status }) => status)).toEqual(Array(4).fill('Success'));
  });

  it('executes once what was sent twice, brings a megabyte of each stream in order, and takes input', async () => {
    const isStart = ({ body }: { readonly body: string }): boolean => body.includes('errand start');
    proxy.trouble('SendCommand', 'lost', { on: isStart });
    proxy.trouble('SendCommand', 'busy', { on: isStart });
    proxy.trouble('GetCommandInvocation', 'busy');
    const line = 'x'.repeat(99);
    const shell = `echo once >>/tmp/count; i=0; while [ $i -lt 10000 ]; do echo ${line}; echo ${line} >&2; i=$((i+1)); done`;
    const { id } = await submit(http, { session: 'far', shell: `${shell}; cat /tmp/count` });
    expect(await look(http, id, 'ended')).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(sent('start', id)).toHaveLength(2);
    expect((await logOf(http, id, '?stream=stdout')).toString()).toBe(`${`${line}\n`.repeat(10_000)}once\n`);
    expect((await logOf(http, id, '?stream=stderr')).toString()).toBe(`${line}\n`.repeat(10_000));
    const secretEnv = { WORD: 'hush-hush' };
    const stdin = { text: 'from afar\n' };
    const read = await submit(http, { session: 'far', shell: 'cat; echo $WORD', secretEnv, stdin });
    await look(http, read.id, 'ended');
    const said = (await logOf(http, read.id)).toString();
    expect(said).toContain('from afar\n');
    expect(said).not.toContain('hush');
  });

  it('brings the result of a run, says why there is none, and that files of it are not kept', async () => {
    const shells = [
      `(echo '"'; head -c 30000 /dev/zero | tr '\\0' x; echo '"') | tr -d '\\n' >"$ERRAND_RESULT"; touch made`,
      'ln -s /etc/passwd "$ERRAND_RESULT"',
      'head -c 1048577 /dev/zero >"$ERRAND_RESULT"',
    ];
    const made = await Promise.all(
      shells.map((shell) => submit(http, { session: 'far', shell, artifacts: ['made'] })),
    );
    const [told, linked, long] = await Promise.all(made.map(({ id }) => look(http, id, 'ended')));
    expect(told).toMatchObject({
      result: 'x'.repeat(30_000),
      kept: { files: 0, problem: expect.stringContaining('through SSM') },
    });
    expect([linked?.resultProblem, long?.resultProblem]).toEqual([
      'it is not a plain file',
      'it has 1048577 bytes; a result may have at most 1048576',
    ]);
  });

  it('proves that nothing is left of a run that is canceled', async () => {
    const [machine = ''] = await machines.inState('running');
    const shell = '(setsid sleep 1234 &); sleep 1234';
    const { id } = await submit(http, { session: 'far', shell });
    await until(
      async () => (await processes(machine)).split('sleep 1234').length > 2,
      'its tree',
      PATIENCE_MS,
    );
    expect((await errand('cancel', id)).status).toBe(0);
    expect(await look(http, id, 'ended')).toMatchObject({ status: 'canceled', end: { reason: 'canceled' } });
    expect(await processes(machine)).not.toContain('sleep 1234');
    // One that the machine never got is kept from beginning.
    ssm.deliverMs = 1_000_000;
    const never = await submit(http, { session: 'far', shell: 'echo begun >/tmp/never' });
    await until(async () => sent('start', never.id).length === 1, 'that it is sent', PATIENCE_MS);
    ssm.deliverMs = 50;
    expect((await errand('cancel', never.id)).status).toBe(0);
    expect(await look(http, never.id, 'ended')).toMatchObject({ end: { reason: 'canceled' } });
    expect(sent('start', never.id)).toMatchObject([{ canceled: true }]);
  });

  it('goes on with a command whose control plane was killed, once', async () => {
    const shell = 'echo begun; while [ ! -f /tmp/go ]; do sleep 0.2; done; echo over; exit 5';
    const { id } = await submit(http, { session: 'far', shell });
    await given(id);
    expect((await look(http, id)).why).toContain('not live');
    await server.kill();
    await server.start();
    const again = server.http();
    expect((await errand('session', 'exec', 'far', '--', 'touch', '/tmp/go')).status).toBe(0);
    expect(await look(again, id, 'ended')).toMatchObject({ exitCode: 5, attempt: 1 });
    expect((await logOf(again, id)).toString()).toBe('begun\nover\n');
    expect(sent('start', id)).toHaveLength(1);
    again[Symbol.dispose]();
  });

  it('tells of a machine that is gone', async () => {
    const { id } = await submit(http, { session: 'far', shell: 'sleep 1234' });
    await given(id);
    await machines.take((await machines.inState('running'))[0] ?? '');
    expect(await look(http, id, 'ended')).toMatchObject({ status: 'lost', end: { reason: 'machine_gone' } });
  });

  it('proves no cancel where the keeper cannot be, and lets go of a machine whose lease nobody moves', async () => {
    ssm.processor = 'riscv64';
    expect((await create('bare', '--lease', '20s')).status).toBe(0);
    const ran = await errand('run', '--session', 'bare', '--', 'sh', '-c', 'echo a; echo b >&2; exit 7');
    expect([ran.status, ran.stdout]).toEqual([7, 'a\nb\n']);
    const { id } = await submit(http, { session: 'bare', shell: 'sleep 1234' });
    await given(id);
    expect((await errand('cancel', id)).status).toBe(0);
    expect(await look(http, id, 'ended')).toMatchObject({
      status: 'canceled',
      end: { reason: 'canceled_unproven' },
    });
    const [machine = ''] = await machines.inState('running');
    const lease = () => machines.read(machine, '/var/lib/errand/lease');
    const first = await lease();
    await until(async () => (await lease()) !== first, 'its lease to be moved', PATIENCE_MS);
    await server.kill();
    await until(async () => (await machines.inState('stopped')).length === 1, 'its switch', PATIENCE_MS);
    expect(await machines.alive()).toEqual([]);
  });
});
