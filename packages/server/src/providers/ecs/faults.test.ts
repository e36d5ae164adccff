import { DescribeTaskDefinitionCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import type { LaunchRequest, SessionSpec } from '@errand/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { awsTools, EMULATED_CREDENTIALS } from '../../aws/testing/moto-server.ts';
import { systemClock } from '../../system/system-clock.ts';
import { MachineAddresses } from './machine-addresses.ts';
import { FaultyEcs } from './testing/faulty-ecs.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

/** Of a machine of the cluster. */
const ADDRESSES = { network: '10.212.0.0/24', privately: '10.212.0.10', publicly: '203.0.113.7' };

requires(awsTools)('the ecs provider, at an ECS with faults', () => {
  let ecs: FaultyEcs;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    ecs = await FaultyEcs.start();
  });
  beforeEach(() => ecs.renewProxy());
  afterAll(async () => {
    await ecs[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  const open: FaultyEcs['open'] = (...about) => ecs.open(...about);
  const aLaunch: FaultyEcs['aLaunch'] = (...about) => ecs.aLaunch(...about);
  const made = ({ key }: LaunchRequest): Promise<readonly string[]> => ecs.calls.startedBy(key);
  const definitions = async (): Promise<readonly string[]> =>
    (await (await ecs.clients.ecs()).send(new ListTaskDefinitionsCommand({}))).taskDefinitionArns ?? [];

  it('makes one task, however many answers are lost, by this control plane or the next', async () => {
    const request = aLaunch();
    ecs.proxy.trouble('RegisterTaskDefinition', 'lost');
    ecs.proxy.trouble('RunTask', 'lost', { times: 2 });
    ecs.proxy.trouble('ListTasks', 'busy');
    const handle = await open().launch(request);
    expect(await open().launch({ ...request, leaseMs: 1_000 })).toEqual(handle);
    expect(await made(request)).toHaveLength(1);
  });

  it('finds by its own definition what a control plane was about to run that died', async () => {
    const request = aLaunch();
    ecs.proxy.trouble('RunTask', 'AccessDeniedException');
    await expect(open().launch(request)).rejects.toMatchObject({ kind: 'auth' });
    const [left, ...others] = await open().list(request.tag);
    expect(others).toEqual([]);
    expect(left).toMatchObject({ key: request.key, sessionId: request.sessionId, state: 'kept' });
    const again = await open().launch(request);
    expect(again).toEqual(left?.handle);
    expect((await definitions()).filter((arn) => arn.includes(request.sessionId))).toHaveLength(1);
  });

  it.each([
    ['ClusterNotFoundException', 'config'],
    ['AccessDeniedException', 'auth'],
    ['LimitExceededException', 'quota'],
    ['busy', 'transient'],
    ['ServerException', 'transient'],
  ])('says of %s that it is %s, and has made nothing', async (trouble, kind) => {
    const request = aLaunch();
    ecs.renewClients(1);
    ecs.proxy.trouble('RunTask', trouble, { times: 10 });
    await expect(open().launch(request)).rejects.toMatchObject({ name: 'ProviderError', kind });
    expect(await made(request)).toEqual([]);
  });

  it('says that there is no room where RunTask answers without a task', async () => {
    ecs.proxy.onAnswer('RunTask', async () => ({ tasks: [], failures: [{ reason: 'RESOURCE:MEMORY' }] }));
    const failed = open().launch(aLaunch());
    await expect(failed).rejects.toMatchObject({ kind: 'capacity' });
    await expect(failed).rejects.toThrow('RESOURCE:MEMORY');
  });

  describe('a task', () => {
    it('carries its tags, has no secret in its definition, and is told of its lease with its start', async () => {
      const request = aLaunch({
        env: { SECRET: 'hunter2' },
        ports: [{ port: 8080, bind: null, range: null }],
      });
      let sent = '';
      ecs.proxy.onAnswer('RunTask', async (answer, asked) => ((sent = asked), answer));
      const roles = { executionRole: 'arn:aws:iam::123456789012:role/run', publicIp: true };
      await open(roles).launch(request);
      const [task] = await ecs.calls.tasks(await made(request));
      expect(Object.fromEntries((task?.tags ?? []).map(({ key, value }) => [key, value]))).toEqual({
        'errand:tag': request.tag,
        'errand:session': request.sessionId,
        'errand:owner': 'acme/user-1',
        'errand:launch': request.key,
      });
      const { taskDefinition: definition } = await (await ecs.clients.ecs()).send(
        new DescribeTaskDefinitionCommand({ taskDefinition: task?.taskDefinitionArn }),
      );
      expect(JSON.stringify(definition)).not.toMatch(/hunter2|errses_/);
      expect(definition).toMatchObject({ cpu: '512', memory: '1024', networkMode: 'awsvpc' });
      const [, main] = definition?.containerDefinitions ?? [];
      expect(main).toMatchObject({ image: 'debian:12', entryPoint: ['/.errand/keeper'] });
      expect(main?.mountPoints?.[0]).toMatchObject({ containerPath: '/.errand', readOnly: true });
      expect(sent).toContain('"600"');
      expect(sent).toContain(`errses_${request.key}.x`);
      expect(sent).toContain('"assignPublicIp":"ENABLED"');
      expect(sent).not.toContain('hunter2');
    });

    it('is found among those of others, and leaves neither task nor definition', async () => {
      const provider = open();
      const [request, other] = [aLaunch(), aLaunch()];
      const handle = await provider.launch(request);
      await provider.launch(other);
      const found = await provider.list(request.tag);
      expect(found).toMatchObject([{ handle, key: request.key, state: 'running' }]);
      await vi.waitUntil(async () => (await provider.terminate(handle)) === 'done', 10_000);
      expect(await provider.list(request.tag)).toEqual([]);
      expect(await made(other)).toHaveLength(1);
      const names = (await definitions()).join();
      expect(names).toContain(other.sessionId);
      expect(names).not.toContain(`${request.sessionId}:`);
    });

    it('runs on the machines of the cluster where the configuration says so', async () => {
      const machine = await ecs.addMachine(ADDRESSES);
      const request = aLaunch();
      await open({ launchType: 'ec2' }).launch(request);
      const [task] = await ecs.calls.tasks(await made(request));
      expect(task).toMatchObject({ launchType: 'EC2', containerInstanceArn: machine });
      expect(task?.attachments?.[0]?.type).toBe('ElasticNetworkInterface');
      const addressOf = (isPublic: boolean): Promise<string | null> =>
        new MachineAddresses({
          calls: ecs.calls,
          ec2: () => ecs.clients.ec2(),
          isPublic,
          clock: systemClock,
        }).of(machine);
      const { privately, publicly } = ADDRESSES;
      expect([await addressOf(false), await addressOf(true)]).toEqual([privately, publicly]);
    });
  });

  it('asks once for many tasks that are looked at together', async () => {
    const provider = open();
    const handles = await Promise.all(Array.from({ length: 5 }, () => provider.launch(aLaunch())));
    const before = ecs.proxy.counts.get('DescribeTasks') ?? 0;
    await Promise.all(handles.map((handle) => provider.inspect(handle)));
    expect(ecs.proxy.counts.get('DescribeTasks')).toBe(before + 1);
  });

  it('calls nothing gone that is only not shown yet', async () => {
    const provider = open();
    const handle = await provider.launch(aLaunch());
    ecs.proxy.onAnswer('DescribeTasks', async () => ({ tasks: [], failures: [{ reason: 'MISSING' }] }));
    expect(await provider.inspect(handle)).toMatchObject({ kind: 'pending' });
    expect(await provider.stop(handle)).toBe('pending');
    expect(await provider.terminate(handle)).toBe('pending');
  });

  it('says what it costs where that is known, and what cannot be', () => {
    const { spec } = aLaunch();
    const prices = { cpuHour: 0.04, memoryGiBHour: 0.004 };
    expect(open({ prices }).cost(spec)).toEqual({ perHour: 0.024, currency: 'USD' });
    expect(open({ prices }).cost({ ...spec, options: { spot: true } })).toBeNull();
    expect(open().cost(spec)).toBeNull();
    const fieldsOf = (change: Partial<SessionSpec>, provider = open()) =>
      provider.problems({ ...spec, ...change }).map(({ field }) => field);
    expect(fieldsOf({})).toEqual([]);
    expect(fieldsOf({}, open({}, null))).toEqual(['provider']);
    expect(fieldsOf({ image: null, size: 't3.micro' })).toEqual(['image', 'size']);
    expect(fieldsOf({ cpus: 3 })).toEqual(['cpus']);
    expect(fieldsOf({ cpus: 3 }, open({ launchType: 'ec2' }))).toEqual([]);
    expect(fieldsOf({ cpus: 0.05 }, open({ launchType: 'ec2' }))).toEqual(['cpus']);
    expect(fieldsOf({ memoryBytes: 1 }, open({ launchType: 'ec2' }))).toEqual(['memory']);
    expect(fieldsOf({ cpus: 1, memoryBytes: 512 * 1024 * 1024 })).toEqual(['memory']);
    expect(fieldsOf({ ports: [{ port: 80, bind: null, range: [40_000, 65_000] }] })).toEqual(['ports']);
    expect(fieldsOf({ options: { spots: true } })).toEqual(['options']);
    expect(fieldsOf({ options: { folders: ['/data', '/data/in'] } })).toEqual(['options.folders']);
    const file = { mode: null, owner: null, source: { kind: 'upload', id: 'upl_1' } } as const;
    expect(fieldsOf({ files: [{ ...file, path: '/data/a' }], options: { folders: ['/data'] } })).toEqual([]);
    expect(fieldsOf({ files: [{ ...file, path: '/etc/a' }], options: { folders: ['/data'] } })).toEqual([
      'files',
    ]);
  });
});
