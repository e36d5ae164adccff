import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { needs, requires } from '../../scripts/requires.ts';
import { audited } from '../harness/audited.ts';
import { Place } from '../harness/place.ts';
import { hosting } from '../harness/requirements.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

needs(hosting);

const AWS = new URL('../../.cache/aws-tools/bin/aws', import.meta.url).pathname;
const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:datastream';
/** Folders of this machine in place of machines of EC2, everything else as it is configured for old callers. */
const CONFIG = 'logLevel: warn\ncompat: {stepFunctions: {session: {provider: process}}}\n';

/** The AWS command line as it is, with a key of ours as its access key. Rejects with what it said on standard error. */
async function aws(
  place: Place,
  server: Server,
  ...args: readonly string[]
): Promise<Record<string, unknown>> {
  const env = {
    PATH: process.env['PATH'],
    HOME: place.folder,
    AWS_ACCESS_KEY_ID: server.key,
    AWS_SECRET_ACCESS_KEY: 'unused',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const all = [
    'stepfunctions',
    ...args,
    '--endpoint-url',
    `${server.url}/step-functions`,
    '--region',
    'us-east-1',
  ];
  const { stdout } = await promisify(execFile)(AWS, all, { env });
  return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}

async function start(place: Place, server: Server, name: string, input: object): Promise<string> {
  const about = ['--state-machine-arn', MACHINE, '--name', name, '--input', JSON.stringify(input)];
  return String((await aws(place, server, 'start-execution', ...about))['executionArn']);
}

async function ended(place: Place, server: Server, arn: string): Promise<Record<string, unknown>> {
  return await until(async () => {
    const execution = await aws(place, server, 'describe-execution', '--execution-arn', arn);
    return execution['status'] !== 'RUNNING' && execution;
  }, `the end of ${arn}`);
}

const EXECUTION = {
  commands: ['echo one; cd /tmp', 'pwd', 'echo DAILY'],
  run_options: { ii_terminate_instance: true, ii_delete_volume: false, ii_check_s3: false, timeout_s: 60 },
  instance_parameters: { ImageId: 'ami-1', InstanceType: 't3.micro' },
};

requires(awsTools)('the AWS command line of old callers', () => {
  it('starts an execution, describes it, and shows the states that it went through', async () => {
    await using place = new Place();
    const server = await place.server({ config: CONFIG });
    const arn = await start(place, server, 'daily-1', EXECUTION);
    expect(arn).toBe('arn:aws:states:us-east-1:123456789012:execution:datastream:daily-1');
    const execution = await ended(place, server, arn);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', name: 'daily-1', stateMachineArn: MACHINE });
    expect(JSON.parse(String(execution['input'])).commands[2]).toMatch(/^echo \d{8}$/);
    const { events } = await aws(place, server, 'get-execution-history', '--execution-arn', arn);
    const entered = (events as { stateEnteredEventDetails?: { name: string } }[]).flatMap(
      ({ stateEnteredEventDetails: details }) => details?.name ?? [],
    );
    expect(entered).toEqual(['EC2StarterFromAMI', 'Commander', 'EC2Poller', 'EC2Stopper']);
    const [job] = await server.sdk().jobs.list();
    const run = job?.attempts[0]?.commands[0]?.run ?? '';
    using http = server.http();
    expect((await http.ask('GET', `/v1/runs/${run}/log`)).text).toMatch(/^one\n\/tmp\n\d{8}\n$/);
    await expect(start(place, server, 'daily-1', EXECUTION)).rejects.toThrow(/ExecutionAlreadyExists/);
  });

  it('sees that a command failed, which one it was, and that none came after it; and stops what runs', async () => {
    await using place = new Place();
    const server = await place.server({ config: CONFIG });
    const failing = { ...EXECUTION, commands: ['echo first', 'exit 3', 'echo never'] };
    const failed = await ended(place, server, await start(place, server, 'failing', failing));
    expect(failed).toMatchObject({ status: 'FAILED', error: 'command' });
    expect(failed['cause']).toMatch(/exited with 3/);
    const late = {
      ...EXECUTION,
      commands: ['sleep 600'],
      run_options: { ...EXECUTION.run_options, timeout_s: 3 },
    };
    const [timedOut, arn] = await Promise.all([
      start(place, server, 'late', late).then((each) => ended(place, server, each)),
      start(place, server, 'long', { ...EXECUTION, commands: ['sleep 600'] }),
    ]);
    expect(timedOut).toMatchObject({ status: 'TIMED_OUT' });
    await aws(place, server, 'stop-execution', '--execution-arn', arn);
    expect(await ended(place, server, arn)).toMatchObject({ status: 'ABORTED' });
    const sessions = await server.sdk().sessions.list();
    expect(sessions).toEqual([]);
    const [stopped] = await audited(server, 'cancelJob');
    expect(stopped).toMatchObject({ 1: 'done' });
    expect((await audited(server, 'createJob')).map(([target]) => target)).toContain(stopped?.[0]);
  });

  it('is refused with the names of errors that it knows', async () => {
    await using place = new Place();
    const server = await place.server({ config: CONFIG });
    const arn = `${MACHINE.replace('stateMachine', 'execution')}:nothing`;
    const unknown = aws(place, server, 'describe-execution', '--execution-arn', arn);
    await expect(unknown).rejects.toThrow(/ExecutionDoesNotExist/);
    const check = { ...EXECUTION, run_options: { ...EXECUTION.run_options, ii_check_s3: true } };
    await expect(start(place, server, 'unplaced', check)).rejects.toThrow(
      /InvalidExecutionInput.*bucket and a prefix/,
    );
    await expect(start(place, server, 'empty', { run_options: {}, commands: [] })).rejects.toThrow(
      /must have a command/,
    );
  });
});
