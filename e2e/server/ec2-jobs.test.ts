import { ErrandConnectionError, type Job, type JobDocumentInput } from '@errand/sdk';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { AwsCall } from '../../packages/server/src/aws/testing/aws-proxy.ts';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { dockerEngine } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import { soak } from '../../scripts/sizes.ts';
import { BUCKET, Cloud } from '../harness/cloud.ts';
import { Desk } from '../harness/desk.ts';
import { until } from '../harness/until.ts';

vi.setConfig({ testTimeout: 150_000, hookTimeout: 150_000 });

requires(awsTools, dockerEngine)('a job on machines at EC2', () => {
  let cloud: Cloud;
  let desk: Desk;
  beforeAll(async () => {
    cloud = await Cloud.open();
    desk = await Desk.open();
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    await cloud[Symbol.asyncDispose]();
  });

  /** Two commands, the second of which has the output written. */
  function aDocument(name: string, more: Partial<JobDocumentInput> = {}): JobDocumentInput {
    return {
      name,
      session: SESSION,
      commands: [desk.visit(`${name} one`), desk.visit(`${name} two`)],
      outputs: [{ s3: `s3://${BUCKET}/${name}/out`, newerThan: 'start', wait: '20s' }],
      timeout: '5m',
      retry: { attempts: 3, backoff: '1s' },
      ...more,
    };
  }

  /** Until it is answered, under one key. */
  const submit = (document: JobDocumentInput): Promise<Job> => {
    const { jobs } = cloud.server.sdk();
    const once = () => jobs.create(document, { idempotencyKey: document.name ?? '' }).catch(unlessAway);
    return until(once, 'a control plane that takes it');
  };
  const ended = ({ id }: Job): Promise<Job> =>
    until(() => cloud.server.sdk().jobs.wait(id).catch(unlessAway), `the end of ${id}`, 90_000);
  const causes = ({ attempts }: Job) => attempts.map(({ cause }) => cause?.cause ?? null);

  /** Nothing was executed or launched twice, and nothing is left. */
  async function expectOnce(...jobs: readonly Job[]): Promise<void> {
    const runs = desk.came.map(({ run }) => run);
    expect(new Set(runs).size).toBe(runs.length);
    const sessions = (await cloud.launched()).map(({ session }) => session);
    expect(new Set(sessions).size).toBe(sessions.length);
    expect(jobs.flatMap(({ attempts }) => attempts).every(({ settled }) => settled)).toBe(true);
    await cloud.nothingLives();
    expect(await cloud.server.sdk().sessions.list()).toEqual([]);
  }

  /** What happens at the desk, by what is said there; whoever has nothing to wait for goes on. */
  const events = new Map<string, () => void | Promise<void>>();
  beforeEach(() => {
    events.clear();
    desk.onCome = (said) => events.get(said)?.();
  });
  const writes = (name: string) => events.set(`${name} two`, () => cloud.put(`${name}/out`, 'fresh'));

  /** `kill -9` at the moment at which something happens; each resolves once that is so. */
  function deathAt(
    { action, on }: { readonly action: string; readonly on?: (call: AwsCall) => boolean },
    trouble: 'lost' | 'busy',
  ) {
    const died = Promise.withResolvers<void>();
    cloud.proxy.trouble(action, trouble, {
      on: (call) => {
        if (on?.(call) === false) return false;
        signalIfAlive(cloud.server.pid, 'SIGKILL');
        died.resolve();
        return true;
      },
    });
    return died.promise;
  }

  function deathWhenSaid(text: string): Promise<void> {
    const died = Promise.withResolvers<void>();
    const before = events.get(text);
    events.set(text, async () => {
      signalIfAlive(cloud.server.pid, 'SIGKILL');
      await before?.();
      died.resolve();
    });
    return died.promise;
  }

  /** Each is armed once the one before has happened. */
  async function restartAfter(deaths: readonly (() => Promise<void>)[]): Promise<void> {
    let died = deaths[0]?.();
    for (const next of [...deaths.slice(1), () => undefined]) {
      await died;
      died = next();
      await cloud.server.kill();
      await cloud.server.start();
    }
  }

  it('comes to one true outcome, though its control plane is killed at every step, and machines are taken away', async () => {
    await cloud.put('stale/out', 'of yesterday');
    const looksAt = (key: string) => ({ action: 'HEAD', on: ({ path }: AwsCall) => path.includes(key) });
    const some = [
      () => deathAt({ action: 'RunInstances' }, 'lost'),
      () => deathWhenSaid('killed one'),
      () => deathWhenSaid('killed two'),
      () => deathAt({ action: 'PUT' }, 'lost'),
      () => deathAt({ action: 'TerminateInstances' }, 'lost'),
    ];
    const all = [
      () => deathAt({ action: 'RunInstances' }, 'busy'),
      () => deathAt({ action: 'RunInstances' }, 'lost'),
      // Before the first command, and later while the outputs are looked at.
      () => deathAt(looksAt('killed/out'), 'lost'),
      () => deathWhenSaid('killed one'),
      () => deathWhenSaid('killed two'),
      () => deathAt(looksAt('killed/out'), 'busy'),
      () => deathAt({ action: 'PUT' }, 'lost'),
      () => deathAt({ action: 'TerminateInstances' }, 'busy'),
      () => deathAt({ action: 'TerminateInstances' }, 'lost'),
    ];
    for (const name of ['killed', 'taken', 'spot']) writes(name);
    const once = { retry: undefined };
    const output = { s3: `s3://${BUCKET}/stale/out`, newerThan: 'start', wait: '1s' } as const;
    events.set('taken one', async () => {
      events.delete('taken one');
      await cloud.take(await sessionOf('taken'));
      await NEVER;
    });
    const restarts = restartAfter(soak ? all : some);
    const [killed, taken, spot, stale, failing] = await Promise.all([
      submit(aDocument('killed', once)),
      submit(aDocument('taken')),
      submit(aDocument('spot', { session: { ...SESSION, options: { spot: true } } })),
      submit(aDocument('stale', { ...once, outputs: [output] })),
      submit(
        aDocument('failing', {
          ...once,
          commands: [desk.visit('failing one'), 'exit 3', desk.visit('never')],
        }),
      ),
    ]);
    await Promise.all([restarts, sessionOf('spot').then((session) => cloud.take(session))]);
    const jobs = await Promise.all([killed, taken, spot, stale, failing].map(ended));
    expect(jobs.map(causes)).toEqual([
      [null],
      ['lost', null],
      [expect.stringMatching(/^(lost|infrastructure)$/), null],
      ['output_stale'],
      ['command'],
    ]);
    expect(jobs[4]).toMatchObject({ status: 'failed', exitCode: 3, cause: { command: 1 } });
    expect(desk.came.map(({ said }) => said)).not.toContain('never');
    await expectOnce(...jobs);
  });

  it('waits while S3 or the credentials are gone, says so, and leaves nothing once they are back', async () => {
    let [s3Down, expired] = [true, false];
    for (const name of ['late', 'gone', 'expired']) writes(name);
    cloud.proxy.trouble('HEAD', 'busy', {
      times: Infinity,
      on: ({ path }) => s3Down && path.includes('late/'),
    });
    for (const action of ['RunInstances', 'DescribeInstances', 'TerminateInstances'])
      cloud.proxy.trouble(action, 'RequestExpired', { times: Infinity, on: () => expired });
    const once = { retry: undefined };
    const output = { s3: `s3://${BUCKET}/gone/out`, wait: '1s' } as const;
    const [late, gone, terminated] = await Promise.all([
      submit(aDocument('late', once)),
      submit(aDocument('gone', { ...once, outputs: [output] })),
      submit(aDocument('expired', once)),
    ]);
    events.set('gone two', () => {
      cloud.proxy.trouble('HEAD', 'busy', { times: Infinity, on: ({ path }) => path.includes('gone/') });
    });
    await told(late, /S3 answered/);
    s3Down = false;
    await desk.heard('late one');
    await desk.heard('gone two');
    await desk.heard('expired two');
    expired = true;
    await told(terminated, /All is done/);
    // Nobody can say whether there is a machine before a call could show what it did: a minute.
    const unlaunched = soak ? [await submit(aDocument('unlaunched', once))] : [];
    for (const job of unlaunched) await told(job, /AWS does not let us in/);
    expired = false;
    const jobs = await Promise.all([late, gone, terminated, ...unlaunched].map(ended));
    const [unlaunchedCauses] = unlaunched.map(() => [['infrastructure']]);
    expect(jobs.map(causes)).toEqual([[null], ['infrastructure'], [null], ...(unlaunchedCauses ?? [])]);
    expect(jobs[1]?.cause?.sentence).toMatch(/^Output 1 could not be looked at: S3 answered/);
    await expectOnce(...jobs);
  });

  /** Of its first attempt. */
  async function sessionOf(name: string): Promise<string> {
    const look = () => cloud.server.sdk().jobs.get(name).catch(unlessAway);
    return await until(async () => (await look())?.attempts[0]?.session, `the session of ${name}`);
  }

  /** Resolves once this was told of a job. */
  async function told({ id }: Job, text: RegExp): Promise<void> {
    for await (const event of cloud.server.sdk().jobs.follow(id)) if (text.test(event.text)) return;
    throw new Error(`${id} ended without ${String(text)}`);
  }
});

function unlessAway(error: unknown): null {
  if (error instanceof ErrandConnectionError) return null;
  throw error;
}

const NEVER = new Promise<void>(() => undefined);
const SESSION = { provider: 'ec2', image: 'ami-0123456789abcdef0', size: 't3.micro' } as const;
