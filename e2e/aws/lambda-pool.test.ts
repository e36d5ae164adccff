import { writeFileSync } from 'node:fs';
import type { Run, Session } from '@errand/contract';
import { isFinalState } from '@errand/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespaces } from '../../packages/server/src/aws/testing/function-sandbox.ts';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { requires } from '../../scripts/requires.ts';
import { OldExecClient } from '../compat/aws-exec-client.ts';
import { PutTarget } from '../compat/put-target.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';
import { asTo, LambdaPlace, QUEUE } from './lambda-place.ts';

const ROLE = 'arn:aws:iam::123456789012:role/errand-worker';

requires(awsTools, namespaces)('a pool whose runs are invocations of the worker function', () => {
  let lambda: LambdaPlace;
  beforeAll(async () => {
    lambda = await LambdaPlace.open();
  }, 120_000);
  afterAll(() => lambda[Symbol.asyncDispose]());

  const sh = (shell: string, more: object = {}) => ({
    command: ['/bin/sh', '-c', shell],
    pool: 'fn',
    ...more,
  });
  const run = (shell: string) => submit(lambda.http, sh(shell));
  const said = async ({ id }: Run) => (await logOf(lambda.http, id)).toString();
  const untilSaid = (of: Run, text: string) =>
    until(
      async () => (await said(of)).includes(text),
      () => `${text} in the log`,
    );
  const ended = ({ id }: Run) => look(lambda.http, id, 'ended');
  const ask = async <Answer>(path: string): Promise<Answer> =>
    JSON.parse((await lambda.http.ask('GET', path)).text) as Answer;
  /** Of whose function nobody can know whether it is gone. */
  let vanished: Run | null = null;
  const untilNone = () =>
    until(async () => {
      const { sessions } = await ask<{ sessions: Session[] }>('/v1/sessions');
      return sessions.every(({ name, state }) => isFinalState(state) || name === vanished?.id);
    }, 'no session to be left');
  const outcomes = async (last: number): Promise<readonly string[]> => {
    const ends = await Promise.all(lambda.functions.invoked.slice(-last).map(({ end }) => end));
    return ends.map(({ body }) => (JSON.parse(body) as { outcome: string }).outcome).toSorted();
  };
  const inside = async (script: string): Promise<string> =>
    (await Promise.all(lambda.functions.environments.map((each) => each.look(script)))).join('\n');

  it('is published, and updated by a repeat; what failed is never repeated by Lambda', async () => {
    const noRole = await lambda.deploy('--function', 'worker');
    expect([noRole.status, noRole.stderr]).toEqual([expect.any(Number), expect.stringContaining('--role')]);
    const wish = ['--function', 'worker', '--timeout', '900', '--memory', '512', '--failures', QUEUE];
    const first = await lambda.deploy(...wish, '--role', ROLE);
    expect(first.stderr).toBe('');
    const made = JSON.parse(first.stdout) as object;
    expect(made).toMatchObject({ made: 'created', arn: expect.stringContaining(':worker') });
    // What is not named stays: the queue and the memory, too.
    const again = await lambda.deploy('--function', 'worker', '--role', 'errand-worker');
    expect(again.stderr).toBe('');
    expect(JSON.parse(again.stdout)).toEqual({ ...made, made: 'updated' });
    expect(await lambda.configuration('worker')).toMatchObject({ MemorySize: 512, Role: ROLE });
    const config = await fetch(`${lambda.moto.url}/2019-09-25/functions/worker/event-invoke-config`, {
      headers: { authorization: asTo('lambda') },
    });
    expect(await config.json()).toMatchObject({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
  });

  it('executes a command, live and with its exit code; a second delivery of its event executes nothing', async () => {
    const set = await lambda.errand('pool', 'set', 'fn', '--launch', 'lambda');
    expect([set.status, set.stderr]).toEqual([0, '']);
    lambda.functions.deliveries = 2;
    const script = 'echo begun; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo from $(id -u) >&2; exit 42';
    const shown = lambda.start('run', '--pool', 'fn', '--', '/bin/sh', '-c', script);
    await shown.says(/^begun$/m);
    lambda.functions.deliveries = 1;
    await inside('setpriv --reuid 65534 --clear-groups touch /tmp/go');
    const { status, stdout, stderr } = await shown.ended;
    expect([status, stdout, stderr]).toEqual([42, 'begun\n', expect.stringContaining('from 65534\n')]);
    expect(await outcomes(2)).toEqual(['not_needed', 'served']);
    await untilNone();
  });

  it('leaves nothing of a run in its environment, and keeps none of its processes', async () => {
    const script = 'echo secret > /tmp/mine; mkdir -p /tmp/a/b; chmod 0 /tmp/a; setsid sleep 300 & sleep 0.2';
    expect((await finish(lambda.http, sh(script))).exitCode).toBe(0);
    await untilNone();
    const seen = await inside('ls -A /tmp; for f in /proc/[0-9]*/cmdline; do tr "\\0" " " < $f; echo; done');
    expect(seen).not.toMatch(/mine|sleep 300/);
    expect(seen).toContain('keeper');
  });

  it('ends the whole tree of a run that is canceled, and goes on when the control plane is killed', async () => {
    const stubborn = 'trap "" TERM; echo begun; setsid sleep 301 & while true; do sleep 1; done';
    const endless = await submit(lambda.http, sh(stubborn, { grace: '200ms' }));
    const counts = await run(
      'i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); sleep 0.03; done; exit 6',
    );
    await untilSaid(endless, 'begun');
    await untilSaid(counts, 'line 5\n');
    await lambda.server.kill();
    await lambda.server.start();
    expect((await lambda.errand('cancel', endless.id)).status).toBe(0);
    expect((await ended(endless)).end).toMatchObject({ reason: 'canceled' });
    expect((await ended(counts)).exitCode).toBe(6);
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('');
    expect(await said(counts)).toBe(lines);
    await untilNone();
    expect(await inside('cat /proc/[0-9]*/cmdline | tr "\\0" " "')).not.toContain('sleep 301');
  });

  it('keeps scripts that are modules warm', async () => {
    const file = lambda.place.path('count.mjs');
    writeFileSync(file, 'let calls = 0;\nexport const run = () => [process.pid, ++calls];\n');
    expect((await lambda.errand('script', 'set', 'count', '-f', file)).stderr).toBe('');
    // Each environment has hosts of its own: with all of them free Lambda takes the same one twice.
    await Promise.all(lambda.functions.invoked.map(({ end }) => end));
    const call = async (): Promise<unknown> => {
      const { id } = await finish(lambda.http, { script: 'count', pool: 'fn' });
      await lambda.functions.invoked.at(-1)?.end;
      return (await ask<{ result: unknown }>(`/v1/runs/${id}`)).result;
    };
    const first = await call();
    expect(first).toEqual([expect.any(Number), 1]);
    expect(await call()).toEqual([(first as number[])[0], 2]);
  });

  it('ends the tree before Lambda would end the machine, and says so', async () => {
    await lambda.deploy('--function', 'short', '--role', 'errand-worker');
    await lambda.configure('short', { Timeout: 15 });
    const launch = { provider: 'lambda', options: { function: 'short' } };
    await lambda.http.ask('PUT', '/v1/pools/short', { body: { launch, lostAfter: '5s' } });
    const inShort = (shell: string) => submit(lambda.http, { ...sh(shell), pool: 'short' });
    // This function has no destination, so nobody tells of its death; what that means shows when all else is done.
    vanished = await inShort('echo begun; sleep 300');
    await untilSaid(vanished, 'begun');
    lambda.functions.environments.at(-1)?.crash();
    const late = await inShort('trap "" TERM; echo begun; while true; do sleep 1; done');
    const over = await ended(late);
    expect(over).toMatchObject({ status: 'timed_out', exitCode: 124 });
    expect(over.end?.sentence).toContain('may work no longer');
    expect(await lambda.functions.invoked.at(-1)?.end).toMatchObject({ kind: 'answered' });
    await untilNone();
  });

  it('says at once, and truly, how a function ended that can say nothing itself', async () => {
    const eats = await run('echo begun; head -c 700000000 /dev/zero | tail');
    expect((await ended(eats)).end).toMatchObject({ reason: 'out_of_memory' });
    const crashes = await run('echo begun; sleep 300');
    await untilSaid(crashes, 'begun');
    // The one is killed; the other one dies while there is nobody to be told.
    for (const environment of lambda.functions.environments) environment.crash();
    const { end, exitCode } = await ended(crashes);
    expect([end?.reason, exitCode]).toEqual(['machine_gone', 125]);
    expect(end?.sentence).toContain('Lambda says: Runtime.ExitError');
    const unseen = await run('echo begun; sleep 300');
    await untilSaid(unseen, 'begun');
    await lambda.server.kill();
    for (const environment of lambda.functions.environments) environment.crash();
    await lambda.functions.invoked.at(-1)?.end;
    await lambda.server.start();
    expect((await ended(unseen)).end).toMatchObject({ reason: 'machine_gone' });
    await untilNone();
    await until(async () => (await lambda.failuresLeft()) === 0, 'an empty queue');
  });

  it('waits where Lambda is busy, says so, and begins once it is not', async () => {
    lambda.functions.busy = 4;
    const made = await run('echo at last');
    const busy = 'Lambda takes no more invocations of worker for now';
    await until(async () => (await look(lambda.http, made.id)).why?.includes(busy), 'the reason');
    expect((await ended(made)).exitCode).toBe(0);
    expect(lambda.functions.busy).toBe(0);
    await untilNone();
  });

  it('serves the clients of aws-exec as a machine would', async () => {
    await using target = await PutTarget.start();
    const client = new OldExecClient({ url: lambda.server.url, auth: lambda.server.key });
    const exec = async (script: string, more: object = {}) =>
      await client.follow(await client.uid({ argv: ['sh', '-c', script], ...more }));
    const growing = 'i=0; while [ $i -lt 20 ]; do head -c 20000 /dev/zero; i=$((i+1)); sleep 0.1; done';
    const before = lambda.gateway.came;
    const grown = await exec(growing, { 'push-urls': target.urls('growing') });
    // What the function has sent, its questions included.
    expect([grown.log.length, lambda.gateway.came - before < 500_000]).toEqual([400_000, true]);
    const [both, silent, lines, cut] = await Promise.all([
      exec('echo a; echo b >&2; printf zwölf >&2; exit 42'),
      exec('sleep 2'),
      exec('for i in 1 2 3; do echo $i; sleep 0.5; done'),
      exec(`head -c ${34 * 2 ** 20} /dev/zero | tr '\\0' x`),
    ]);
    expect(both.log.toString()).toMatch(/^(a\nb\nzwölf|b\na\nzwölf|b\nzwölfa\n)$/);
    expect([both.exit, silent.exit, silent.log.length]).toEqual([42, 0, 0]);
    expect(lines.arrivals.length).toBeGreaterThan(1);
    expect([cut.exit, cut.log.length < 33 * 2 ** 20]).toEqual([0, true]);
    expect(cut.log.subarray(-100).toString()).toMatch(/\[log truncated: \d+ bytes are missing\]\n$/);
    const uid = await client.uid({ 'rpc-name': 'count', 'rpc-args': '{}', 'push-urls': target.urls('rpc') });
    await until(() => target.of('rpc').at(-1)?.what === 'size', 'the size');
    expect(
      target
        .of('rpc')
        .map(({ what }) => what)
        .slice(-3),
    ).toEqual(['log', 'exit', 'size']);
    await until(() => target.of('growing').at(-1)?.what === 'size', 'the other size');
    const pushed = target.of('growing').map(({ what, put }) => (what === 'log' ? put.body.length : 0));
    const size = Number(target.of('growing').at(-1)?.put.body.toString());
    expect(pushed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(3 * size);
    const whole = await client.follow(uid);
    expect(await (await client.poll(uid, whole.log.length)).json()).toEqual({ exit: 0, url: '' });
    expect((await client.submit({ 'rpc-name': 'unknown', 'rpc-args': '{}' })).status).toBe(404);
    const other = await lambda.server.sdk().keys.create({ name: 'other', role: 'admin', owner: 'local' });
    for (const [auth, status] of [
      [other.secret, 404],
      ['err_wrong', 401],
      ['', 401],
    ] as const)
      expect((await new OldExecClient({ url: lambda.server.url, auth }).poll(uid, 0)).status).toBe(status);
    await untilNone();
  });

  it('loses a run of whose function nothing is heard, and does not call that gone', async () => {
    const { id = '' } = vanished ?? {};
    expect((await look(lambda.http, id, 'ended')).end).toMatchObject({ reason: 'lost' });
    // It may live for as long as any function, for all that is known.
    const { sessions } = await ask<{ sessions: Session[] }>('/v1/sessions');
    expect(sessions).toMatchObject([{ name: id, state: 'deleting' }]);
  });

  it('refuses what can never be, with what to do about it', async () => {
    await lambda.http.ask('PUT', '/v1/pools/none', {
      body: { launch: { provider: 'lambda', options: { function: 'no-such' } } },
    });
    const refused = await finish(lambda.http, { ...sh('true'), pool: 'none' });
    expect(refused.end).toMatchObject({ reason: 'refused' });
    expect(refused.end?.sentence).toMatch(/no function no-such: .*errand aws deploy-worker makes one/);
    const session = await lambda.errand('session', 'create', '--provider', 'lambda');
    expect([session.status, session.stderr]).toEqual([
      expect.any(Number),
      expect.stringContaining('errand pool set'),
    ]);
    const image = await lambda.errand('pool', 'set', 'x', '--launch', 'lambda', '--image', 'debian');
    expect(image.stderr).toContain('options.function');
  });
});
