import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { type Provider, ProviderError } from '@errand/core';
import { aSessionSpec, runProviderSuite } from '@errand/core/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { type MachinePlane, openMachinePlane } from '../../../test/machine-plane.ts';
import { type AwsClients, awsClients } from '../../aws/aws-clients.ts';
import { namespaces } from '../../aws/testing/function-sandbox.ts';
import { Functions } from '../../aws/testing/functions.ts';
import { awsTools, EMULATED_CREDENTIALS, type Moto, startMoto } from '../../aws/testing/moto-server.ts';
import { deployWorker } from '../../aws/worker/deploy-worker.ts';
import { systemClock } from '../../system/system-clock.ts';
import { FailureQueue } from './failure-queue.ts';
import { Failures } from './failures.ts';
import type { FunctionAgents } from './function-agents.ts';
import { LambdaProvider } from './provider.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const AGENT = resolve(import.meta.dirname, '../../../../../.cache/agent');
const QUEUE = 'arn:aws:sqs:eu-north-1:123456789012:failures';
/** Long enough for every case, and short enough to wait for its end. */
const TIMEOUT_S = 8;

requires(awsTools, namespaces)('the lambda provider, with functions that are executed', () => {
  let moto: Moto;
  let functions: Functions;
  let clients: AwsClients;
  let plane: MachinePlane;
  const hearing = new Set<(sessionId: string) => void>();
  const stop = new AbortController();
  let watching: Promise<void> | undefined;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    moto = await startMoto();
    functions = await Functions.start(moto);
    clients = awsClients({ ...functions.settings, maxAttempts: 1 });
    plane = await openMachinePlane(({ sessionAgents: agents, clock }, url) => {
      const queue = new FailureQueue(() => clients.sqs(), QUEUE);
      const onProblem = (sentence: string): never => expect.fail(sentence);
      return new LambdaProvider({
        client: () => clients.lambda(),
        settings: { function: 'worker' },
        get url() {
          return url();
        },
        agents,
        failures: new Failures({ queue, agents, clock, onProblem }),
        clock,
      });
    });
    const role = 'arn:aws:iam::123456789012:role/errand-worker';
    const headers = { authorization: AS_IAM };
    await fetch(moto.url, { method: 'POST', headers, body: new URLSearchParams(ROLE) });
    await (await clients.sqs()).send(new CreateQueueCommand({ QueueName: 'failures' }));
    await deployWorker(await clients.lambda(), {
      function: 'worker',
      role,
      architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
      timeout: TIMEOUT_S,
      memory: 512,
      failures: QUEUE,
      folder: AGENT,
    });
    // As the reconciler has it, all the time.
    const failed = (sessionId: string): void => hearing.forEach((hear) => hear(sessionId));
    watching = plane.provider.watch?.('any', failed, stop.signal);
  });
  afterAll(async () => {
    stop.abort();
    await watching;
    await functions[Symbol.asyncDispose]();
    await plane[Symbol.asyncDispose]();
    clients[Symbol.dispose]();
    await moto[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  const made = aSessionSpec({ provider: 'lambda' });
  const spec = { ...made, limits: { ...made.limits, leaseMs: 1_800_000 } };

  const watch: Provider['watch'] = async (_tag, changed, signal) => {
    hearing.add(changed);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    hearing.delete(changed);
  };

  runProviderSuite('lambda', async () => ({
    provider: { ...plane.provider, watch },
    spec,
    wrong: { spec: { ...spec, image: 'debian' }, field: 'image' },
    pause: () => sleep(100),
    kill: async () => {
      for (const environment of functions.environments) environment.crash();
    },
    deadMan: 'itself',
    [Symbol.asyncDispose]: async () => undefined,
  }));

  const launch = (more: object) =>
    plane.provider.launch({
      key: 'ses_faults-1',
      sessionId: 'ses_faults',
      owner: 'acme',
      subdomain: 'brisk-otter',
      tag: 'faults',
      spec,
      env: {},
      leaseMs: 1_800_000,
      ...more,
    });

  it('says what is wrong with a function that is not there, and that Lambda is busy', async () => {
    const options = { function: 'no-such' };
    const missing = await launch({ spec: { ...spec, options } }).catch((error: unknown) => error);
    expect(missing).toMatchObject({
      kind: 'config',
      message: expect.stringContaining('no function no-such'),
    });
    functions.busy = 1;
    const busy = await launch({}).catch((error: unknown) => error);
    expect(busy).toBeInstanceOf(ProviderError);
    expect(busy).toMatchObject({ kind: 'transient', retryAfterMs: 1_000 });
  });

  it('refuses a lease that a function could outlive, and to invoke any that would not find home', () => {
    const limits = { ...spec.limits, leaseMs: 600_000 };
    expect(plane.provider.problems({ ...spec, limits })).toMatchObject([{ field: 'lease' }]);
    const agents = {} as FunctionAgents;
    const about = { client: () => clients.lambda(), settings: { function: 'worker' }, clock: systemClock };
    const lost = new LambdaProvider({ ...about, url: null, agents, failures: null });
    expect(lost.problems(spec)).toMatchObject([
      { message: expect.stringContaining('needs url in errand.yaml') },
    ]);
  });

  it('keeps a failure in the queue until it is written down, and leaves there what is not ours', async () => {
    const sqs = await clients.sqs();
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'others' }));
    const tell = async (token: string): Promise<void> => {
      const MessageBody = JSON.stringify({ requestPayload: { token }, responsePayload: OUT_OF_MEMORY });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    };
    const left = async (): Promise<number> => {
      const all = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      const { Attributes: counts = {} } = await sqs.send(all);
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      return names.reduce((sum, name) => sum + Number(counts[name]), 0);
    };
    for (const token of ['foreign', 'ours ses_over-1', 'ours ses_open-1']) await tell(token);
    const failures = new Failures({
      queue: new FailureQueue(() => clients.sqs(), QueueUrl),
      agents: {
        launchOf: (token) => {
          const [, launch = '', sessionId = ''] = /^ours ((\w+)-1)$/.exec(token) ?? [];
          return launch === '' ? null : { launch, sessionId };
        },
        isKnown: async (sessionId) => sessionId === 'ses_open',
      },
      clock: systemClock,
      onProblem: (sentence) => expect.fail(sentence),
    });
    const over = new AbortController();
    const hints: string[] = [];
    const listening = failures.watch((id) => void hints.push(id), over.signal);
    await expect.poll(() => hints, { timeout: 20_000 }).toEqual(['ses_open']);
    await expect.poll(left).toBe(2);
    expect([failures.of('ses_open-1'), failures.of('ses_over-1')]).toEqual([{ kind: 'out_of_memory' }, null]);
    await failures.settle('ses_open-1');
    expect([await left(), failures.of('ses_open-1')]).toEqual([1, null]);
    over.abort();
    await listening;
  });

  it('tells whoever configured it of a queue that cannot be read, and goes on trying', async () => {
    const said = Promise.withResolvers<string>();
    const failures = new Failures({
      queue: new FailureQueue(() => clients.sqs(), QUEUE.replace(/failures$/, 'nowhere')),
      agents: { launchOf: () => null, isKnown: async () => false },
      clock: systemClock,
      onProblem: said.resolve,
    });
    const over = new AbortController();
    const listening = failures.watch(() => undefined, over.signal);
    expect(await said.promise).toMatch(/sqs:GetQueueUrl on arn:.*nowhere.*does not exist/);
    over.abort();
    await listening;
  });
});

const OUT_OF_MEMORY = { errorType: 'Runtime.OutOfMemory', errorMessage: 'signal: killed' };
const ROLE = { Action: 'CreateRole', RoleName: 'errand-worker', AssumeRolePolicyDocument: '{}' };
const AS_IAM =
  'AWS4-HMAC-SHA256 Credential=emulated/20260101/eu-north-1/iam/aws4_request, SignedHeaders=host, Signature=0';
