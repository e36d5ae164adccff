import type { LaunchRequest, SessionSpec } from '@errand/core';
import { aSessionSpec, type FakeClock, fakeClock } from '@errand/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_AGENTS } from '../by-agent/testing/no-agents.ts';
import { Ec2Provider } from './provider.ts';
import { SmallEc2 } from './testing/small-ec2.ts';

const OURS = { tag: 'plane', session: 'ses_a', launch: 'ses_a-1', key: 'ses_a-1' };
const HANDLE = { v: 1, data: { instance: 'i-1', launch: 'ses_a-1', session: 'ses_a' } };

let ec2: SmallEc2;
let clock: FakeClock;
let renewed: number[];
let removed: string[];
beforeEach(() => {
  ec2 = new SmallEc2();
  clock = fakeClock();
  renewed = [];
  removed = [];
});

/** As a control plane that has run for a while has it: what EC2 does not show is then not there. */
async function open(): Promise<Ec2Provider> {
  const provider = justOpened();
  await clock.advance(60_000);
  return provider;
}

function justOpened(): Ec2Provider {
  return new Ec2Provider({
    ...NO_AGENTS,
    agents: {
      ...NO_AGENTS.agents,
      of: async () => ({ id: 'agt_1', pool: 'p' }),
      remove: async (_session, launch) => void removed.push(launch),
    },
    hosts: {
      ...NO_AGENTS.hosts,
      want: (_agent, wish) => void (wish.kind === 'renew' && renewed.push(wish.leaseMs)),
    },
    ssm: null,
    client: ec2.client,
    settings: { prices: {}, instanceParameters: {} },
    url: 'https://errand.example',
    clock,
  });
}

/** What waits for others that ask at the same time goes on. */
async function soon<Answer>(call: Promise<Answer>): Promise<Answer> {
  call.catch(() => undefined);
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise(setImmediate);
    await clock.advance(100);
  }
  return await call;
}

function aLaunch(key: string, change: Partial<SessionSpec> = {}): LaunchRequest {
  const spec = aSessionSpec({ provider: 'ec2', image: 'ami-1', size: 't3.micro', ...change });
  const about = { owner: 'acme', subdomain: 'brisk-otter', tag: 'plane', sessionId: 'ses_a' };
  return { ...about, key, spec, env: {}, leaseMs: 600_000 };
}

function refusal(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });
}

describe('the list of what there is', () => {
  it('has every page of machines and of disks, and what is stopped', async () => {
    const states = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];
    for (const [at, state] of states.entries())
      ec2.machine(`i-${at}`, state, { ...OURS, session: `ses_${at}`, launch: `l-${at}`, key: `l-${at}` });
    ec2.machine('i-9', 'terminated', OURS);
    ec2.machine('i-8', 'running', { ...OURS, tag: 'another' });
    const CreateTime = new Date(clock.now() - 3_600_000);
    for (let at = 5; at < 10; at += 1)
      ec2.disk(`vol-${at}`, { ...OURS, session: `ses_${at}`, launch: `l-${at}` }, { CreateTime });
    const found = await soon((await open()).list('plane'));
    expect(found.map(({ sessionId, state }) => `${sessionId} ${state}`)).toEqual([
      'ses_0 running',
      'ses_1 running',
      'ses_2 kept',
      'ses_3 kept',
      'ses_4 running',
      ...[5, 6, 7, 8, 9].map((at) => `ses_${at} kept`),
    ]);
  });

  it('takes no disk for one that was left which is young, in use, or of a machine that is there', async () => {
    const old = { CreateTime: new Date(clock.now() - 3_600_000) };
    ec2.disk('vol-1', { ...OURS, launch: 'young' }, { CreateTime: new Date(clock.now()) });
    ec2.disk('vol-2', { ...OURS, launch: 'used' }, { ...old, State: 'in-use' });
    ec2.machine('i-1', 'running', OURS);
    ec2.disk('vol-3', OURS, old);
    expect(await soon((await open()).list('plane'))).toMatchObject([{ handle: HANDLE, state: 'running' }]);
  });
});

it('finds and ends a machine that only SSM reached, and those beside it, also once no bucket is configured', async () => {
  ec2.machine('i-1', 'running', { ...OURS, connect: 'ssm' });
  ec2.machine('i-2', 'running', { ...OURS, session: 'ses_b', launch: 'ses_b-1', key: 'ses_b-1' });
  const provider = await open();
  const [bySsm, ...others] = await soon(provider.list('plane'));
  expect(others).toMatchObject([{ sessionId: 'ses_b' }]);
  const handle = bySsm?.handle ?? HANDLE;
  expect(handle).toMatchObject({ data: { instance: 'i-1', connect: 'ssm' } });
  await expect(soon(provider.renew(handle, 1_000))).rejects.toMatchObject({ kind: 'config' });
  expect(await soon(provider.terminate(handle))).toBe('pending');
  expect(ec2.done).toEqual(['TerminateInstances i-1']);
  ec2.turn('i-1', 'terminated');
  expect(await soon(provider.terminate(handle))).toBe('done');
});

describe('a start', () => {
  const again = aLaunch('ses_a-2');

  it('is of the same machine, under its new key from then on, with its lease first', async () => {
    ec2.machine('i-1', 'stopped', OURS);
    const provider = await open();
    ec2.trouble = (call) => {
      if (call === 'StartInstances') expect(renewed).toEqual([600_000]);
    };
    expect(await soon(provider.start(HANDLE, again))).toEqual(HANDLE);
    expect(ec2.done).toEqual(['StartInstances i-1', 'CreateTags i-1']);
    expect(await soon(provider.find(again))).toEqual(HANDLE);
    expect(await soon(provider.find({ ...again, tag: 'another' }))).toBeNull();
    // What has ended since must not run again.
    ec2.turn('i-1', 'stopped');
    expect(await soon(provider.start(HANDLE, again))).toEqual(HANDLE);
    expect(ec2.done).toHaveLength(2);
  });

  it('that was refused is tried again, for it has no new key yet', async () => {
    ec2.machine('i-1', 'stopped', OURS);
    const provider = await open();
    ec2.trouble = (call) => {
      if (call === 'StartInstances') throw refusal('InsufficientInstanceCapacity', 500);
    };
    await expect(soon(provider.start(HANDLE, again))).rejects.toMatchObject({ kind: 'capacity' });
    ec2.trouble = () => undefined;
    await soon(provider.start(HANDLE, again));
    expect(ec2.done).toEqual(['StartInstances i-1', 'CreateTags i-1']);
  });

  it('waits for a stop that is under way, and makes another machine where it has no disk or is gone', async () => {
    ec2.machine('i-0', 'stopping', OURS);
    ec2.machine('i-9', 'stopped', { ...OURS, launch: 'bare' }, { BlockDeviceMappings: [] });
    const provider = await open();
    const at = (instance: string, launch: string) => ({ v: 1, data: { instance, launch, session: 'ses_a' } });
    await expect(soon(provider.start(at('i-0', 'ses_a-1'), again))).rejects.toMatchObject({
      kind: 'transient',
    });
    expect(ec2.done).toEqual([]);
    expect(await soon(provider.start(at('i-9', 'bare'), again))).toEqual({
      v: 1,
      data: { instance: 'i-1', launch: 'ses_a-2', session: 'ses_a' },
    });
    expect([ec2.done, removed]).toEqual([['TerminateInstances i-9', 'RunInstances i-1'], ['bare']]);
    expect(await soon(provider.start(at('i-7', 'gone'), aLaunch('ses_a-3')))).toMatchObject({
      data: { instance: 'i-2', launch: 'ses_a-3' },
    });
  });
});

it('goes on with the request whose answer was lost, not with one before it that had found no room', async () => {
  const provider = await open();
  const request = aLaunch('ses_a-1', { options: { sizes: ['t3.large'] } });
  const answers = [refusal('InsufficientInstanceCapacity', 500), new Error('the line broke')];
  const asked: unknown[] = [];
  ec2.trouble = (call) => {
    const answer = call === 'RunInstances' ? answers.shift() : undefined;
    if (answer !== undefined) throw answer;
  };
  await expect(soon(provider.launch(request))).rejects.toMatchObject({ kind: 'transient' });
  await soon(provider.launch(request));
  asked.push(...ec2.asked);
  expect(asked).toMatchObject([{ InstanceType: 't3.large', ClientToken: 'ses_a-1-1' }]);
});

it('takes a token that was used before for a machine that will be found', async () => {
  ec2.trouble = (call) => {
    if (call === 'RunInstances') throw refusal('IdempotentParameterMismatch', 400);
  };
  const provider = await open();
  await expect(soon(provider.launch(aLaunch('ses_a-1')))).rejects.toMatchObject({ kind: 'transient' });
});

it.each([
  [503, 'transient'],
  [400, 'config'],
])('takes what it has no word for with the status %i for %s', async (status, kind) => {
  ec2.trouble = (call) => {
    if (call === 'RunInstances') throw refusal('Whatever', status);
  };
  const provider = await open();
  await expect(soon(provider.launch(aLaunch('ses_a-1')))).rejects.toMatchObject({ kind });
});

it('has a machine of the spot market ended by its switch, and stops the others, whose disks are kept', async () => {
  const provider = await open();
  await soon(provider.launch(aLaunch('ses_a-1', { options: { spot: true } })));
  await soon(provider.launch(aLaunch('ses_a-2')));
  const disk = { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 5 } };
  const instanceParameters = { BlockDeviceMappings: [disk] };
  await soon(provider.launch(aLaunch('ses_a-3', { options: { instanceParameters } })));
  expect(ec2.asked).toMatchObject([
    { InstanceInitiatedShutdownBehavior: 'terminate', InstanceMarketOptions: { MarketType: 'spot' } },
    { InstanceInitiatedShutdownBehavior: 'stop' },
    { BlockDeviceMappings: [{ Ebs: { DeleteOnTermination: true } }] },
  ]);
  const [{ TagSpecifications: tagged = [] } = {}] = ec2.asked as { TagSpecifications?: object[] }[];
  for (const ResourceType of ['instance', 'volume', 'network-interface'])
    expect(tagged).toContainEqual({
      ResourceType,
      Tags: expect.arrayContaining([
        { Key: 'errand:tag', Value: 'plane' },
        { Key: 'errand:launch', Value: 'ses_a-1' },
      ]),
    });
});

it.each([
  ['running', 'spot', 'TerminateInstances i-1', 'pending'],
  ['running', undefined, 'StopInstances i-1', 'pending'],
  ['stopping', undefined, null, 'pending'],
  ['shutting-down', undefined, null, 'pending'],
  ['stopped', undefined, null, 'done'],
  ['terminated', undefined, null, 'done'],
] as const)('stops what is %s (%s) by %s, which is then %s', async (state, market, call, answer) => {
  ec2.machine('i-1', state, OURS, market === undefined ? {} : { InstanceLifecycle: market });
  expect(await soon((await open()).stop(HANDLE))).toBe(answer);
  expect(ec2.done).toEqual(call === null ? [] : [call]);
});

it.each(['shutting-down', 'stopping', 'stopped'])('takes a machine that is %s for ended', async (state) => {
  ec2.machine('i-1', state, OURS);
  expect(await soon((await open()).inspect(HANDLE))).toMatchObject({ kind: 'ended' });
});

it('ends the disks that a machine has left, its agent last, and says done only then', async () => {
  ec2.machine('i-1', 'terminated', OURS);
  for (const id of ['vol-1', 'vol-2', 'vol-3']) ec2.disk(id, OURS);
  const provider = await open();
  expect(await soon(provider.terminate(HANDLE))).toBe('pending');
  expect(ec2.done).toEqual(['DeleteVolume vol-1', 'DeleteVolume vol-2', 'DeleteVolume vol-3']);
  expect(removed).toEqual([]);
  ec2.disks.length = 0;
  expect(await soon(provider.terminate(HANDLE))).toBe('done');
  expect(removed).toEqual(['ses_a-1']);
});

it('calls nothing gone on what EC2 does not show to a control plane that has just started', async () => {
  const provider = justOpened();
  expect(await soon(provider.inspect(HANDLE))).toMatchObject({ kind: 'pending' });
  expect(await soon(provider.terminate(HANDLE))).toBe('pending');
  await clock.advance(30_000);
  expect(await soon(provider.inspect(HANDLE))).toEqual({ kind: 'gone' });
});

it.each([
  { DisableApiTermination: true },
  { DisableApiStop: true },
  { NetworkInterfaces: [{ DeleteOnTermination: false }] },
  { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { SpotInstanceType: 'persistent' } } },
])('refuses %j, with which a machine would outlive its session', async (instanceParameters) => {
  const [name = ''] = Object.keys(instanceParameters);
  const { spec } = aLaunch('ses_a-1', { options: { instanceParameters } });
  expect((await open()).problems(spec)).toMatchObject([{ field: `options.instanceParameters.${name}` }]);
});
