import { DescribeTaskDefinitionCommand, type Task } from '@aws-sdk/client-ecs';
import { DescribeAccessPointsCommand } from '@aws-sdk/client-efs';
import type { Handle, LaunchRequest } from '@errand/core';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { awsTools, EMULATED_CREDENTIALS } from '../../aws/testing/moto-server.ts';
import { familyOf } from './names.ts';
import type { EcsProvider } from './provider.ts';
import { FaultyEcs } from './testing/faulty-ecs.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

requires(awsTools)('volumes of sessions at ECS', () => {
  let ecs: FaultyEcs;
  let volumes: number;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    ecs = await FaultyEcs.start();
    volumes = 0;
  });
  beforeEach(() => ecs.renewProxy());
  afterAll(async () => {
    await ecs[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  const open = (): EcsProvider => {
    const provider = ecs.open({ fileSystem: ecs.fileSystem });
    // Nothing is as young as its start.
    ecs.ahead += 60_000;
    return provider;
  };
  const aVolume = () => [{ name: `home-${(volumes += 1)}`, path: '/data' }];
  const points = async (tag: string) => {
    const asked = new DescribeAccessPointsCommand({ FileSystemId: ecs.fileSystem });
    const { AccessPoints = [] } = await (await ecs.clients.efs()).send(asked);
    return AccessPoints.filter(({ Tags }) => Tags?.some(({ Value }) => Value === tag));
  };
  const idsIn = async ({ tag, sessionId: session }: LaunchRequest) =>
    (await ecs.calls.definition(familyOf({ tag, session })))?.volumes.map(({ accessPoint }) => accessPoint);
  /** The emulator runs nothing: how tasks that empty volumes end is said here. */
  const erasuresEnd = (exitCode: number): readonly string[] => {
    const folders: string[] = [];
    ecs.proxy.onAnswer('RunTask', async (answer, asked) => {
      const { overrides } = JSON.parse(asked) as Task;
      folders.push(...(overrides?.containerOverrides?.[0]?.command?.slice(3) ?? []));
      return answer;
    });
    ecs.proxy.onAnswer('DescribeTasks', async (answer: { tasks?: Task[] | undefined }) => ({
      ...answer,
      tasks: answer.tasks?.map((task) =>
        task.startedBy?.startsWith('erase/') === true
          ? { ...task, lastStatus: 'STOPPED', containers: [{ name: 'errand-tools', exitCode }] }
          : task,
      ),
    }));
    return folders;
  };
  const ended = (provider: EcsProvider, handle: Handle) =>
    vi.waitUntil(async () => (await provider.terminate(handle)) === 'done', 10_000);

  it('are one access point for each name and owner, made once however many answers are lost', async () => {
    const spec = { volumes: aVolume() };
    const [one, two] = [ecs.aLaunch(spec), ecs.aLaunch(spec)];
    const { tag } = one;
    const foreign = ecs.aLaunch(spec, { owner: 'acme/user-2', tag });
    ecs.proxy.trouble('CreateAccessPoint', 'lost', { times: 2 });
    ecs.proxy.trouble('DescribeAccessPoints', 'busy');
    const provider = open();
    await Promise.all([one, { ...two, tag }, foreign].map((each) => provider.launch(each)));
    const made = await points(tag);
    expect(made).toHaveLength(2);
    expect(new Set(made.map(({ RootDirectory }) => RootDirectory?.Path)).size).toBe(2);
    const shared = await idsIn(one);
    expect(shared).toEqual([expect.stringMatching(/^fsap-/)]);
    expect(await idsIn({ ...two, tag })).toEqual(shared);
    expect(await idsIn(foreign)).not.toEqual(shared);
  });

  it('are mounted by their access point alone, encrypted on the way, in every container', async () => {
    const request = ecs.aLaunch({ volumes: aVolume(), options: { folders: ['/tmp/scratch'] } });
    await open().launch(request);
    const { taskDefinition: family } = {
      taskDefinition: familyOf({ tag: request.tag, session: request.sessionId }),
    };
    const asked = new DescribeTaskDefinitionCommand({ taskDefinition: family });
    const { taskDefinition: definition } = await (await ecs.clients.ecs()).send(asked);
    expect(definition?.volumes?.at(-1)).toMatchObject({
      efsVolumeConfiguration: {
        fileSystemId: ecs.fileSystem,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: (await points(request.tag))[0]?.AccessPointId },
      },
    });
    for (const { mountPoints } of definition?.containerDefinitions ?? [])
      expect(mountPoints?.map(({ containerPath }) => containerPath).slice(-2)).toEqual([
        '/tmp/scratch',
        '/data',
      ]);
    // What is kept is as its users left it; only what the task brings is opened to everybody.
    expect(definition?.containerDefinitions?.[0]?.command?.at(-1)).toBe('/tmp/scratch');
    const [point] = await points(request.tag);
    expect(point?.Tags).toContainEqual({ Key: 'errand:owner', Value: 'acme/user-1' });
  });

  it('stay until the last session that has them is deleted, and are emptied before they are forgotten', async () => {
    const provider = open();
    const one = ecs.aLaunch({ volumes: aVolume() });
    const two = { ...ecs.aLaunch(one.spec), tag: one.tag, spec: one.spec };
    const handles = [await provider.launch(one), await provider.launch(two)];
    const folders = erasuresEnd(77);
    ecs.ahead += 60_000;
    await ended(provider, handles[0] as Handle);
    expect([folders, (await points(one.tag)).length]).toEqual([[], 1]);
    expect(await provider.stop(handles[1] as Handle)).toBe('pending');
    await ended(provider, handles[1] as Handle);
    expect([folders, await points(one.tag)]).toEqual([['/data'], []]);
    expect(await provider.list(one.tag)).toEqual([]);
  });

  it('are given to nobody while they are emptied, which is tried again until it is done', async () => {
    const provider = open();
    const request = ecs.aLaunch({ volumes: aVolume() });
    const handle = await provider.launch(request);
    erasuresEnd(1);
    await vi.waitUntil(async () => (await provider.terminate(handle).catch(String)) !== 'pending', 10_000);
    await expect(provider.terminate(handle)).rejects.toThrow('could not be emptied yet');
    const next = { ...ecs.aLaunch(request.spec), tag: request.tag, spec: request.spec };
    await expect(provider.launch(next)).rejects.toMatchObject({ kind: 'transient' });
    const again = open();
    erasuresEnd(77);
    await ended(again, handle);
    await again.launch(next);
    expect(await points(request.tag)).toHaveLength(1);
  });

  it('are not taken for free while a definition that has them may not be shown yet', async () => {
    const provider = open();
    const one = ecs.aLaunch({ volumes: aVolume() });
    const handle = await provider.launch(one);
    const two = { ...ecs.aLaunch(one.spec), tag: one.tag, spec: one.spec };
    await provider.launch(two);
    ecs.proxy.onAnswer('ListTaskDefinitionFamilies', async () => ({ families: [] }));
    for (let looks = 0; looks < 3; looks += 1) expect(await provider.terminate(handle)).toBe('pending');
    expect(await points(one.tag)).toHaveLength(1);
    // Nor by a control plane that has just started, and cannot know what the one before did.
    const fresh = ecs.open({ fileSystem: ecs.fileSystem });
    expect(await fresh.terminate(handle)).toBe('pending');
  });

  it('that no task ever had are found by their tag, and removed', async () => {
    const provider = open();
    const request = ecs.aLaunch({ volumes: aVolume() });
    ecs.proxy.trouble('RegisterTaskDefinition', 'AccessDeniedException', { times: 10 });
    await expect(provider.launch(request)).rejects.toMatchObject({ kind: 'auth' });
    const [left, ...others] = await provider.list(request.tag);
    expect(left).toMatchObject({ key: request.key, sessionId: request.sessionId, state: 'kept' });
    expect(others).toEqual([]);
    await ended(provider, left?.handle as Handle);
    expect(await provider.list(request.tag)).toEqual([]);
    expect(await points(request.tag)).toEqual([]);
  });

  it('need a file system, and places of their own', () => {
    const { spec } = ecs.aLaunch();
    const fieldsOf = (wish: object, provider = open()) =>
      provider.problems({ ...spec, ...wish }).map(({ field }) => field);
    const at = (path: string, name = 'home') => ({ name, path });
    expect(fieldsOf({ volumes: [at('/data')] })).toEqual([]);
    expect(fieldsOf({ volumes: [at('/data')] }, ecs.open())).toEqual(['volumes']);
    expect(fieldsOf({ volumes: [at('/')] })).toContain('volumes');
    expect(fieldsOf({ volumes: [at('/a'), at('/b')] })).toEqual(['volumes']);
    expect(fieldsOf({ volumes: [at('/a'), at('/a/b', 'other')] })).toEqual(['options.folders']);
    const many = Array.from({ length: 30 }, (_, n) => at(`/${'x'.repeat(190)}${n}`, `v${n}`));
    expect(fieldsOf({ volumes: many })).toEqual(['options.folders']);
    const file = {
      mode: null,
      owner: null,
      source: { kind: 'upload', id: 'upl_1' },
      path: '/data/in',
    } as const;
    expect(fieldsOf({ volumes: [at('/data')], files: [file] })).toEqual([]);
  });
});
