import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespaces } from '../../packages/server/src/aws/testing/function-sandbox.ts';
import { Functions } from '../../packages/server/src/aws/testing/functions.ts';
import {
  awsTools,
  EMULATED_CREDENTIALS,
  type Moto,
  startMoto,
} from '../../packages/server/src/aws/testing/moto-server.ts';
import { requires } from '../../scripts/requires.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const ROLE = 'arn:aws:iam::123456789012:role/errand-worker';
const QUEUE = 'arn:aws:sqs:eu-north-1:123456789012:failures';
const ARCH = process.arch === 'arm64' ? 'arm64' : 'x86_64';

requires(awsTools, namespaces)(
  'the worker function, published at the emulator and executed as Lambda does',
  () => {
    let place: Place;
    let moto: Moto;
    let functions: Functions;
    let server: Server;
    let http: HttpClient;
    let config: string;
    beforeAll(async () => {
      place = new Place();
      moto = await startMoto();
      functions = await Functions.start(moto);
      server = await place.server();
      http = server.http();
      await at('iam', { Action: 'CreateRole', RoleName: 'errand-worker', AssumeRolePolicyDocument: TRUST });
      await at('sqs', { Action: 'CreateQueue', QueueName: 'failures' });
      config = place.path('aws.yaml');
      writeFileSync(config, `aws: {region: eu-north-1, endpoint: '${functions.settings.endpoint}'}\n`);
    }, 120_000);
    afterAll(async () => {
      http[Symbol.dispose]();
      await functions[Symbol.asyncDispose]();
      await moto[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });

    /** A call of one of the services whose calls are forms. */
    const at = async (service: string, form: Readonly<Record<string, string>>): Promise<string> => {
      const authorization = `AWS4-HMAC-SHA256 Credential=emulated/20260101/eu-north-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
      const answer = await fetch(moto.url, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams(form),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text;
    };
    const deploy = async (...args: readonly string[]) => {
      const env = { ...server.env, ...EMULATED_CREDENTIALS };
      return await place.errand(
        ['aws', 'deploy-worker', '--arch', ARCH, '--config', config, '--json', ...args],
        { env },
      ).ended;
    };
    /** What a control plane tells a function; here with a token as `errand pool token` makes it. */
    const invoke = async (token: string): Promise<void> => {
      const answer = await fetch(`${functions.settings.endpoint}/2015-03-31/functions/worker/invocations`, {
        method: 'POST',
        headers: { 'x-amz-invocation-type': 'Event' },
        body: JSON.stringify({ url: server.env['ERRAND_URL'], token, name: 'fn' }),
      });
      expect(answer.status).toBe(202);
    };
    const tokenFor = async (pool: string): Promise<string> =>
      (await place.errand(['pool', 'token', pool], { env: server.env }).ended).stdout.trim();
    const last = async () => await functions.invoked.at(-1)?.end;
    const script = (text: string) => ({ command: ['/bin/sh', '-c', text], pool: 'fn' });

    it('is published, and updated by a repeat; what failed is never repeated by Lambda', async () => {
      const noRole = await deploy('--function', 'worker');
      expect([noRole.status, noRole.stderr]).toEqual([expect.any(Number), expect.stringContaining('--role')]);
      const wish = ['--function', 'worker', '--timeout', '30', '--failures', QUEUE];
      const first = await deploy(...wish, '--role', ROLE);
      expect(first.stderr).toBe('');
      expect(JSON.parse(first.stdout)).toMatchObject({
        made: 'created',
        arn: expect.stringContaining(':worker'),
      });
      const again = JSON.parse((await deploy(...wish)).stdout) as { codeSha256: string };
      expect(again).toEqual({ ...(JSON.parse(first.stdout) as object), made: 'updated' });
      const config = await fetch(`${moto.url}/2019-09-25/functions/worker/event-invoke-config`, {
        headers: { authorization: AS_LAMBDA },
      });
      expect(await config.json()).toMatchObject({
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: QUEUE } },
      });
    });

    it('executes a run, live and with its exit code, and a second delivery of its event executes nothing', async () => {
      const token = await tokenFor('fn');
      const run = await submit(
        http,
        script('echo begun; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo from $(id -u) >&2; exit 42'),
      );
      functions.deliveries = 2;
      await invoke(token);
      functions.deliveries = 1;
      await until(
        async () => (await logOf(http, run.id)).toString() === 'begun\n',
        () => 'its first line while it runs',
      );
      for (const environment of functions.environments)
        await environment.look('setpriv --reuid 65534 --clear-groups touch /tmp/go');
      expect(await look(http, run.id, 'ended')).toMatchObject({ status: 'failed', exitCode: 42 });
      expect((await logOf(http, run.id)).toString()).toBe('begun\nfrom 65534\n');
      const ends = await Promise.all(functions.invoked.slice(-2).map(({ end }) => end));
      const bodies = ends.map(({ body }) => (JSON.parse(body) as { outcome: string }).outcome);
      expect(bodies.toSorted()).toEqual(['not_needed', 'served']);
    });

    it('leaves nothing of a run in its environment, and keeps none of its processes', async () => {
      const token = await tokenFor('fn');
      const run = await submit(
        http,
        script('echo secret > /tmp/mine; mkdir -p /tmp/a/b; chmod 0 /tmp/a; setsid sleep 300 & sleep 0.2'),
      );
      await invoke(token);
      await look(http, run.id, 'ended');
      await last();
      const place = functions.environments.map(
        async (each) =>
          await each.look('ls -A /tmp; for f in /proc/[0-9]*/cmdline; do tr "\\0" " " < $f; echo; done'),
      );
      const seen = (await Promise.all(place)).join('\n');
      expect(seen).not.toMatch(/mine|sleep 300/);
      expect(seen).toContain('keeper');
    });

    it('ends the tree before Lambda would end the machine, and says so', async () => {
      await deploy('--function', 'worker', '--timeout', '30', '--failures', QUEUE);
      const token = await tokenFor('fn');
      const run = await submit(http, script('trap "" TERM; echo begun; while true; do sleep 1; done'));
      await invoke(token);
      const ended = await look(http, run.id, 'ended');
      expect(ended).toMatchObject({ status: 'timed_out', exitCode: 124 });
      expect(JSON.stringify(ended)).toContain('may work no longer');
      expect(await last()).toMatchObject({ kind: 'answered' });
    });

    it('is reported to its queue where it crashes, with the event it was given', async () => {
      const token = await tokenFor('fn');
      const run = await submit(http, script('echo begun; sleep 300'));
      await invoke(token);
      await until(
        async () => (await logOf(http, run.id)).length > 0,
        () => 'its first line',
      );
      for (const environment of functions.environments) environment.crash();
      expect(await last()).toMatchObject({
        kind: 'failed',
        body: expect.stringContaining('Runtime.ExitError'),
      });
      const said = await at('sqs', {
        Action: 'ReceiveMessage',
        QueueUrl: `${moto.url}/123456789012/failures`,
      });
      expect(said).toContain(token);
    });
  },
);

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const AS_LAMBDA =
  'AWS4-HMAC-SHA256 Credential=emulated/20260101/eu-north-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
