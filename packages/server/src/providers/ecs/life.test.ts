import type { Task } from '@aws-sdk/client-ecs';
import { aSessionSpec, type FakeClock, fakeClock } from '@errand/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { EcsConfig } from '../../aws/ecs-config.ts';
import { NO_AGENTS } from '../by-agent/testing/no-agents.ts';
import { EcsProvider } from './provider.ts';
import { endOf, stateOf } from './sight.ts';
import { SmallEcs } from './testing/small-ecs.ts';

const OURS = { tag: 'plane', session: 'ses_a', launch: 'ses_a-1', owner: 'acme' };
const HANDLE = { v: 1, data: { tag: 'plane', session: 'ses_a', launch: 'ses_a-1' } };
const ERASURE = { startedBy: 'erase/ses_a-1/x' };

let ecs: SmallEcs;
let clock: FakeClock;
beforeEach(() => {
  ecs = new SmallEcs();
  clock = fakeClock();
});

function justOpened(): EcsProvider {
  return new EcsProvider({
    ...NO_AGENTS,
    client: ecs.ecs,
    efs: ecs.efs,
    ec2: () => Promise.reject(new Error('nobody asks')),
    settings: EcsConfig.parse({ subnets: ['subnet-1'], fileSystem: 'fs-1' }),
    url: 'https://errand.example',
    clock,
  });
}

/** As a control plane that has run for a while has it: what ECS does not show is then not there. */
async function open(): Promise<EcsProvider> {
  const provider = justOpened();
  await clock.advance(60_000);
  return provider;
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

describe('the list of what there is', () => {
  it('has every task of ours on every page, and every definition without one', async () => {
    for (let at = 0; at < 230; at += 1) ecs.task(`other-${at}`, { ...OURS, tag: 'another' });
    for (const n of [1, 2, 3]) {
      const tags = { ...OURS, session: `ses_${n}`, launch: `ses_${n}-1` };
      ecs.family(tags);
      ecs.task(`t-${n}`, tags);
    }
    for (const n of [4, 5, 6]) ecs.family({ ...OURS, session: `ses_${n}`, launch: `ses_${n}-1` });
    ecs.task('t-9', { ...OURS, session: 'ses_4' }, ERASURE);
    const found = await soon((await open()).list('plane'));
    expect(found.map(({ sessionId, state }) => `${sessionId} ${state}`)).toEqual([
      ...[1, 2, 3].map((n) => `ses_${n} running`),
      ...[4, 5, 6].map((n) => `ses_${n} kept`),
    ]);
  });

  it('has access points of every page that nobody has, and none that a definition names', async () => {
    for (const n of [1, 2, 3]) ecs.point(`fsap-${n}`, { ...OURS, session: `ses_${n}`, launch: `ses_${n}-1` });
    // Made by one session, and had by another.
    ecs.family({ ...OURS, session: 'ses_9', launch: 'ses_9-1' }, ['fsap-2']);
    const found = await soon((await open()).list('plane'));
    expect(found.map(({ sessionId }) => sessionId)).toEqual(['ses_9', 'ses_1', 'ses_3']);
  });
});

describe('the end of a session', () => {
  it('stops a task that ECS shows by its name and does not list, before it lets go of anything', async () => {
    ecs.family(OURS);
    ecs.task('t-1', OURS);
    const provider = await open();
    await soon(provider.inspect(HANDLE));
    ecs.unlisted.add('t-1');
    expect(await soon(provider.terminate(HANDLE))).toBe('pending');
    expect(ecs.done).toEqual(['StopTask t-1']);
  });

  it('waits for every task of it, whatever launch it is of, and then forgets the definition', async () => {
    ecs.family(OURS);
    ecs.task('t-1', OURS, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' });
    ecs.task('t-2', { ...OURS, launch: 'ses_a-2' });
    const provider = await open();
    expect(await soon(provider.terminate(HANDLE))).toBe('pending');
    expect(await soon(provider.terminate(HANDLE))).toBe('pending');
    expect(ecs.done).toEqual(['StopTask t-2']);
    for (const task of ecs.tasks) task.lastStatus = 'STOPPED';
    expect(await soon(provider.terminate(HANDLE))).toBe('done');
    expect(ecs.done.slice(1)).toEqual(['DeregisterTaskDefinition arn/errand-plane-ses_a:1']);
  });

  it('leaves a task alone that empties its volumes', async () => {
    ecs.family(OURS, ['fsap-1']);
    ecs.point('fsap-1', OURS);
    const provider = await open();
    expect(await soon(provider.terminate(HANDLE))).toBe('pending');
    expect(ecs.done).toEqual(['TagResource fsap-1', 'RunTask erase']);
    ecs.task('t-1', OURS, ERASURE);
    await soon(provider.terminate(HANDLE));
    expect(ecs.done).not.toContain('StopTask t-1');
  });

  it('lets go of nothing on an error, which is no word that there is no definition', async () => {
    ecs.family(OURS, ['fsap-1']);
    ecs.point('fsap-1', OURS);
    const provider = await open();
    ecs.trouble = (call) => {
      if (call === 'DescribeTaskDefinition')
        throw Object.assign(new Error('slow down'), { name: 'Throttling' });
    };
    await expect(soon(provider.terminate(HANDLE))).rejects.toMatchObject({ kind: 'transient' });
    expect(ecs.done).toEqual([]);
  });

  it('removes of access points that were never used its own alone, and none that is taken or young', async () => {
    ecs.point('fsap-1', OURS);
    ecs.point('fsap-2', { ...OURS, session: 'ses_b' });
    const young = justOpened();
    expect(await soon(young.terminate(HANDLE))).toBe('pending');
    const provider = await open();
    expect(await soon(provider.terminate(HANDLE))).toBe('done');
    expect(ecs.done).toEqual(['DeleteAccessPoint fsap-1']);
    ecs.point('fsap-1', OURS);
    ecs.family({ ...OURS, session: 'ses_c' }, ['fsap-1']);
    expect(await soon(provider.terminate(HANDLE))).toBe('done');
    expect(ecs.done).toHaveLength(1);
  });

  it('empties no volume whose other session may not show yet to a control plane that has just started', async () => {
    ecs.family(OURS, ['fsap-1']);
    ecs.point('fsap-1', OURS);
    ecs.task('t-1', OURS, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' });
    const provider = justOpened();
    expect(await soon(provider.terminate(HANDLE))).toBe('pending');
    expect(ecs.done).toEqual([]);
  });
});

it('calls nothing gone on what ECS does not show to a control plane that has just started', async () => {
  const provider = justOpened();
  expect(await soon(provider.inspect(HANDLE))).toMatchObject({ kind: 'pending' });
  await clock.advance(30_000);
  expect(await soon(provider.inspect(HANDLE))).toEqual({ kind: 'gone' });
});

it('takes a definition that can run nothing any more for none, and an end of a task for what ECS says of it', async () => {
  ecs.family(OURS, [], 'INACTIVE');
  ecs.task('t-1', OURS, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' });
  expect(await soon((await open()).inspect(HANDLE))).toEqual({ kind: 'gone' });
  ecs.family(OURS);
  expect(await soon((await open()).inspect(HANDLE))).toMatchObject({ kind: 'ended' });
});

it.each([
  [{ lastStatus: 'RUNNING', desiredStatus: 'STOPPED' }, 'stopping'],
  [{ lastStatus: 'PENDING', desiredStatus: 'STOPPED' }, 'stopping'],
  [{ lastStatus: 'STOPPED', desiredStatus: 'STOPPED' }, 'stopped'],
  [{ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' }, 'running'],
  [{ lastStatus: 'something new' }, 'starting'],
] satisfies readonly [Task, string][])('takes a task that is %j for %s', (task, state) => {
  expect(stateOf(task)).toBe(state);
});

it.each([
  ['Capacity is unavailable at this time', 'capacity'],
  ['RESOURCE:ENI', 'capacity'],
  ['Timeout waiting for network interface provisioning to complete', 'transient'],
  ['CannotPullContainerError: not found', 'config'],
])('says of a task that could not start with "%s" that it is %s', (stoppedReason, kind) => {
  expect(() => endOf({ stopCode: 'TaskFailedToStart', stoppedReason })).toThrow(
    expect.objectContaining({ kind }),
  );
});

it.each([
  ['ConflictException', 400, 'transient'],
  ['Whatever', 503, 'transient'],
  ['Whatever', 400, 'config'],
])('takes %s with the status %i for %s', async (name, httpStatusCode, kind) => {
  ecs.trouble = (call) => {
    if (call === 'ListTasks') throw Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });
  };
  const launch = { ...OURS, key: 'ses_a-1', sessionId: 'ses_a', subdomain: 's', env: {}, leaseMs: 1_000 };
  const spec = aSessionSpec({ provider: 'ecs', image: 'debian:12' });
  await expect(soon((await open()).launch({ ...launch, spec }))).rejects.toMatchObject({ kind });
});
