import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { LaunchRequest } from '@errand/core';
import { aSessionSpec, type FakeClock, fakeClock } from '@errand/core/testing';
import { beforeEach, expect, it } from 'vitest';
import type { Failures } from './failures.ts';
import type { FunctionAgents } from './function-agents.ts';
import { LONGEST_MS } from './lambda-options.ts';
import { LambdaProvider } from './provider.ts';

const HANDLE = { v: 1, data: { launch: 'ses_a-1', session: 'ses_a' } };

/** What happened, in its order. */
let done: string[];
let clock: FakeClock;
let agent: Awaited<ReturnType<FunctionAgents['of']>>;
let isWanted: boolean;
let failure: ReturnType<Failures['of']>;
let removal: () => void;
beforeEach(() => {
  done = [];
  clock = fakeClock();
  agent = { id: 'agt_1', pool: 'p', left: false };
  isWanted = true;
  failure = null;
  removal = () => undefined;
});

function open(): LambdaProvider {
  const agents: FunctionAgents = {
    token: (launch) => `of ${launch}`,
    launchOf: () => null,
    of: async () => agent,
    isWanted: async () => isWanted,
    isKnown: async () => true,
    revoke: async () => void done.push('revoke'),
    remove: async () => {
      removal();
      done.push('remove');
      agent = null;
    },
  };
  const failures = {
    of: () => failure,
    settle: async () => {
      done.push('settle');
      failure = null;
    },
  } as unknown as Failures;
  const client = async (): Promise<LambdaClient> =>
    ({ send: async () => done.push('invoke') }) as unknown as LambdaClient;
  return new LambdaProvider({
    client,
    settings: { function: 'worker' },
    url: 'https://errand.example',
    agents,
    failures,
    clock,
  });
}

const REQUEST: LaunchRequest = {
  key: 'ses_a-1',
  sessionId: 'ses_a',
  owner: 'acme',
  subdomain: 'brisk-otter',
  tag: 'plane',
  spec: aSessionSpec({ provider: 'lambda' }),
  env: {},
  leaseMs: 1_800_000,
};

it('is invoked once where two ask at once, and not again once its agent is there', async () => {
  agent = null;
  const provider = open();
  await Promise.all([provider.launch(REQUEST), provider.launch(REQUEST)]);
  expect(done).toEqual(['invoke']);
  agent = { id: 'agt_1', pool: 'p', left: false };
  await open().launch(REQUEST);
  expect(done).toEqual(['invoke']);
});

it('is waited for as long as its agent may come, and gone once it may not', async () => {
  agent = null;
  expect(await open().inspect(HANDLE)).toMatchObject({ kind: 'pending' });
  isWanted = false;
  expect(await open().inspect(HANDLE)).toEqual({ kind: 'gone' });
});

it('ends its right and waits for it to leave', async () => {
  const provider = open();
  expect(await provider.terminate(HANDLE)).toBe('pending');
  expect(done).toEqual(['revoke']);
  agent = { id: 'agt_1', pool: 'p', left: true };
  expect(await provider.inspect(HANDLE)).toMatchObject({ kind: 'ended', reason: { kind: 'exited' } });
  expect(await provider.terminate(HANDLE)).toBe('done');
  expect(done).toEqual(['revoke', 'remove', 'settle']);
});

it('is over once no function could work any more, however silent it was', async () => {
  const provider = open();
  expect(await provider.inspect(HANDLE)).toMatchObject({ kind: 'running' });
  await clock.advance(LONGEST_MS);
  expect(await provider.inspect(HANDLE)).toMatchObject({ kind: 'running' });
  await clock.advance(10_001);
  expect(await provider.inspect(HANDLE)).toMatchObject({ kind: 'ended', reason: { kind: 'machine_gone' } });
  expect(await provider.terminate(HANDLE)).toBe('done');
});

it('hears of its failure for as long as its agent is not forgotten: nothing else would tell of its end', async () => {
  failure = { kind: 'out_of_memory' };
  const provider = open();
  removal = () => {
    throw new Error('the store is busy');
  };
  await expect(provider.terminate(HANDLE)).rejects.toThrow('busy');
  removal = () => undefined;
  expect(await provider.inspect(HANDLE)).toMatchObject({ reason: { kind: 'out_of_memory' } });
  expect(await provider.terminate(HANDLE)).toBe('done');
  expect(done).toEqual(['remove', 'settle']);
});
