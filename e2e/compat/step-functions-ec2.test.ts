import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { dockerEngine } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { soak } from '../../scripts/sizes.ts';
import { BUCKET, Cloud } from '../harness/cloud.ts';
import { Desk } from '../harness/desk.ts';
import { logOf } from '../harness/runs.ts';

const AWS = new URL('../../.cache/aws-tools/bin/aws', import.meta.url).pathname;
const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:datastream';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 150_000 });

/** No function at Lambda works for longer than 15, and executions had to go on all the same. */
const MINUTES = 16;
const LONG = { timeout: (MINUTES + 8) * 60_000 };

/** As the examples of ngen-datastream have them. */
const PARAMETERS = {
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 't3.micro',
  KeyName: 'scientists',
  IamInstanceProfile: { Name: 'datastream' },
  TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Project', Value: 'run_$DATE' }] }],
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 16, VolumeType: 'gp3' } }],
};

requires(awsTools, dockerEngine)('executions of ngen-datastream, on machines at EC2', () => {
  let cloud: Cloud;
  let desk: Desk;
  beforeAll(async () => {
    cloud = await Cloud.open({ config: 'compat: {stepFunctions: {}}' });
    desk = await Desk.open();
    await aws(cloud.moto.url, 'iam', 'create-instance-profile', '--instance-profile-name', 'datastream');
    let refusals = 1;
    desk.onCome = async (said) => {
      if (said === 'writes') await cloud.put(`whole-${yesterday()}/deep/out.csv`, 'fresh');
      if (said === 'refused' || (said === 'once' && refusals-- > 0)) throw new Error('no');
      if (said.startsWith('waits')) await new Promise(() => undefined);
    };
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    await cloud[Symbol.asyncDispose]();
  });

  /** The AWS command line as it is, with a key of ours as its access key. */
  async function aws(endpoint: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
    const credentials = { AWS_ACCESS_KEY_ID: cloud.server.key, AWS_SECRET_ACCESS_KEY: 'unused' };
    const env = { PATH: process.env['PATH'], HOME: cloud.place.folder, AWS_EC2_METADATA_DISABLED: 'true' };
    const where = ['--endpoint-url', endpoint, '--region', 'us-east-1'];
    const { stdout } = await promisify(execFile)(AWS, [...args, ...where], {
      env: { ...env, ...credentials },
    });
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  const states = (...args: readonly string[]) =>
    aws(`${cloud.server.url}/step-functions`, 'stepfunctions', ...args);

  function anExecution(name: string, said: readonly string[], options: object = {}) {
    const check = { ii_check_s3: false, ii_terminate_instance: true, ii_delete_volume: false };
    return {
      commands: [
        ...said.map((each) => desk.visit(each)),
        `echo --s3_bucket ${BUCKET} --s3_prefix ${name}-DAILY`,
      ],
      run_options: { ...check, timeout_s: 200, ...options },
      instance_parameters: PARAMETERS,
    };
  }

  async function start(name: string, input: object): Promise<string> {
    const about = ['--state-machine-arn', MACHINE, '--name', name, '--input', JSON.stringify(input)];
    return String((await states('start-execution', ...about))['executionArn']);
  }

  const described = (arn: string) => states('describe-execution', '--execution-arn', arn);

  /** Its machines as EC2 shows them, the oldest first. */
  async function machinesOf(name: string) {
    const { attempts } = await cloud.server.sdk().jobs.get(name);
    const Values = attempts.flatMap(({ session }) => session ?? []);
    const Filters = [{ Name: 'tag:errand:session', Values }];
    const { Reservations = [] } = await cloud.ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  it('each have one machine as it was asked for, end truly, and leave of it what they should', async () => {
    const made = Object.entries({
      failing: anExecution('failing', ['refused', 'never'], { ii_cheapo: true }),
      again: anExecution('again', ['once'], { n_retries_allowed: 3, retry_backoff_base_s: 1 }),
      kept: anExecution('kept', ['kept'], { ii_terminate_instance: false }),
      bare: anExecution('bare', ['bare'], { ii_terminate_instance: false, ii_delete_volume: true }),
      late: anExecution('late', ['waits long'], { timeout_s: 12 }),
    });
    const sdk = cloud.server.sdk();
    const whole = await start('whole', anExecution('whole', ['writes'], { ii_check_s3: true }));
    const stopped = await start('stopped', anExecution('stopped', ['waits']));
    // Who has no AWS command line hands in the same document.
    await Promise.all(made.map(([name, document]) => sdk.jobs.create({ name, ...document })));
    await desk.heard('waits', 120_000);
    await states('stop-execution', '--execution-arn', stopped);
    const names = ['whole', 'stopped', ...made.map(([name]) => name)];
    const ended = await Promise.all(names.map((name) => sdk.jobs.wait(name)));
    const jobs = new Map(ended.map((job) => [job.name, job]));
    const causes = ended.map(({ name, attempts }) => [
      name,
      ...attempts.map(({ cause }) => cause?.cause ?? null),
    ]);
    expect(causes).toEqual([
      ['whole', null],
      ['stopped', 'canceled'],
      ['failing', 'command'],
      ['again', 'command', null],
      ['kept', null],
      ['bare', null],
      ['late', 'timed_out'],
    ]);
    const seen = await Promise.all([whole, stopped].map(described));
    expect(seen.map(({ status }) => status)).toEqual(['SUCCEEDED', 'ABORTED']);
    expect(desk.came.map(({ said }) => said)).not.toContain('never');

    // What becomes of machines and disks.
    const left = await Promise.all(
      names.map(async (name) => [name, ...(await machinesOf(name)).map(stateOf)]),
    );
    expect(left).toEqual([
      ['whole', 'terminated'],
      ['stopped', 'terminated'],
      ['failing', 'terminated'],
      ['again', 'terminated', 'terminated'],
      ['kept', 'stopped'],
      ['bare', 'stopped'],
      ['late', 'terminated'],
    ]);
    const [kept] = await machinesOf('kept');
    expect(await cloud.disks()).toEqual(kept?.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId));
    expect(jobs.get('kept')?.warnings).toEqual([expect.stringContaining('may cost money')]);
    expect(jobs.get('bare')?.warnings).toEqual([]);

    // How the machine was asked for, and where the document is kept.
    const [machine] = await machinesOf('whole');
    const { ImageId, InstanceType, KeyName } = PARAMETERS;
    expect(machine).toMatchObject({ ImageId, InstanceType, KeyName });
    // The emulator takes it off what is terminated.
    expect(kept?.IamInstanceProfile?.Arn).toMatch(/:instance-profile\/datastream$/);
    // The day on which it was asked for, which may be over by now.
    const asked = Number(machine?.LaunchTime);
    expect(machine?.Tags).toContainEqual({ Key: 'Project', Value: `run_${compact(asked)}` });
    expect((await machinesOf('failing'))[0]?.InstanceLifecycle).toBe('spot');
    const { events } = await states('get-execution-history', '--execution-arn', whole);
    const entered = (events as { stateEnteredEventDetails?: { name: string } }[]).flatMap(
      ({ stateEnteredEventDetails: details }) => details?.name ?? [],
    );
    expect(entered).toEqual(['EC2StarterFromAMI', 'Commander', 'EC2Poller', 'RunChecker', 'EC2Stopper']);
    const folder = `whole-${yesterday()}`;
    expect(await cloud.keys(`${folder}/`)).toContain(`${folder}/errand-${jobs.get('whole')?.id}.json`);
    expect(String(seen[0]?.['input'])).toContain(`--s3_prefix ${folder}`);

    for (const name of ['kept', 'bare'])
      await sdk.sessions.remove(jobs.get(name)?.attempts[0]?.session ?? '');
    await cloud.nothingLives();
  });

  // Most of it is waiting.
  if (soak)
    it('go on for longer than any function may work, and end as all others', LONG, async () => {
      const ticks = `i=0; while [ $i -lt ${MINUTES} ]; do i=$((i+1)); sleep 60; echo minute $i; done`;
      const options = { timeout_s: (MINUTES + 5) * 60 };
      const long = await start('long', { ...anExecution('long', [], options), commands: [ticks] });
      const { attempts } = await cloud.server.sdk().jobs.wait('long');
      const { status, startDate, stopDate } = await described(long);
      // In seconds, as the wire has them: the AWS CLI of PyPI shows them so.
      const minutes = (Number(stopDate) - Number(startDate)) / 60;
      expect([status, minutes > 15]).toEqual(['SUCCEEDED', true]);
      using http = cloud.server.http();
      const log = await logOf(http, attempts[0]?.commands[0]?.run ?? '');
      const lines = Array.from({ length: MINUTES }, (_, at) => `minute ${at + 1}\n`);
      expect(log.toString()).toBe(lines.join(''));
      expect((await machinesOf('long')).map(stateOf)).toEqual(['terminated']);
      await cloud.nothingLives();
    });
});

function stateOf({ State }: Instance): string {
  return State?.Name ?? '';
}

/** Which is what DAILY means without a forecast cycle. */
function yesterday(): string {
  return compact(Date.now() - 86_400_000);
}

function compact(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}
