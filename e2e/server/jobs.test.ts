import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Job, JobDocumentInput } from '@errand/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerEngine, makeImage } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { needs, requires } from '../../scripts/requires.ts';
import { Place } from '../harness/place.ts';
import { hosting } from '../harness/requirements.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

needs(hosting);

const CONFIG = `
logLevel: warn
templates:
  desk:
    description: A folder with yesterday's result in it.
    params:
      type: object
      required: [who]
      properties: {who: {type: string, maxLength: 20}, days: {type: integer, default: 1}}
      additionalProperties: false
    spec:
      provider: process
      env: {WHO: "{who}", DAYS: "{days}"}
      files: [{path: out.txt, text: yesterday}]
`;

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let place: Place;
let server: Server;
beforeAll(async () => {
  place = new Place();
  server = await place.server({ config: CONFIG });
}, 60_000);
afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

const DESK = { template: 'desk', params: { who: 'anna' } };

async function ended(document: JobDocumentInput, { jobs } = server.sdk()): Promise<Job> {
  return await jobs.wait((await jobs.create(document)).id);
}

function submit(document: object) {
  const file = place.path('job.yaml');
  // JSON is YAML, too.
  writeFileSync(file, JSON.stringify(document));
  return place.errand(['job', 'submit', file, '--wait', '--json'], { env: server.env }).ended;
}

describe('a file in the session as the output of a job', () => {
  it('passes once it is new, large enough and has its checksum; the document is put beside it', async () => {
    const output = { file: 'out/new.txt', newerThan: 'start', minSize: 4, checksum: sha256('fresh\n') };
    const late = { file: 'late.txt', wait: '30s' };
    const { status, stdout, stderr } = await submit({
      commands: ['mkdir out; echo fresh >out/new.txt', '(sleep 2; echo x >late.txt) &'],
      outputs: [output, late],
      finish: 'stop',
    });
    expect(status, stderr).toBe(0);
    const job = JSON.parse(stdout) as Job;
    expect(job.attempts[0]?.outputs.map(({ state }) => state)).toEqual(['ok', 'ok']);
    const folder = place.path('data', 'agent', 'sessions', job.attempts[0]?.session ?? '', 'files');
    const beside = JSON.parse(readFileSync(`${folder}/out/errand-${job.id}.json`, 'utf8')) as object;
    expect(beside).toMatchObject({ job: job.id, attempt: 1, document: { outputs: [output, late] } });
    expect(existsSync(`${folder}/errand-${job.id}.json`)).toBe(true);
    await server.sdk().sessions.remove(job.attempts[0]?.session ?? '');
  });

  it.concurrent.each<readonly [string, Partial<JobDocumentInput>, Partial<Job['cause'] & object>]>([
    [
      'was there before and is the same',
      { ...DESK, commands: ['cat out.txt'], outputs: [{ file: 'out.txt', newerThan: 'start' }] },
      { cause: 'output_stale', output: 0, sentence: expect.stringContaining('was there before') as string },
    ],
    [
      'is missing',
      { outputs: [{ file: './out.txt' }] },
      { cause: 'output_missing', sentence: 'Output 1 is missing: there is no file ./out.txt' },
    ],
    ['is a folder', { commands: ['mkdir out.txt'] }, { cause: 'output_missing' }],
    [
      'is too small',
      { commands: ['echo >out.txt'], outputs: [{ file: 'out.txt', minSize: '1kB' }] },
      { cause: 'output_invalid', sentence: expect.stringContaining('1 bytes, fewer than 1000') as string },
    ],
    [
      'has another checksum',
      { commands: ['echo x >out.txt'], outputs: [{ file: 'out.txt', checksum: sha256('y') }] },
      { cause: 'output_invalid', sentence: expect.stringContaining('the sha256 of out.txt is') as string },
    ],
    [
      'lies behind a link that leads out',
      { commands: ['ln -s /etc/passwd out.txt'] },
      { cause: 'infrastructure', sentence: expect.stringContaining('leads out of the session') as string },
    ],
    [
      'has a path that cannot be there',
      { outputs: [{ file: '/etc/passwd' }] },
      { cause: 'infrastructure', sentence: expect.stringContaining('must not begin with /') as string },
    ],
  ])('does not pass if it %s', async (_what, change, cause) => {
    const { outputs = [{ file: 'out.txt' }], ...rest } = change;
    const job = await ended({
      commands: ['true'],
      ...rest,
      outputs: outputs.map((output) => ({ wait: '1s', ...output })),
    });
    expect(job.cause).toMatchObject(cause);
    expect(job.attempts[0]?.settled).toBe(true);
  });
});

describe('a template as the session of a job', () => {
  it('is filled in with its parameters, for each attempt anew', async () => {
    const { status, stdout, stderr } = await submit({
      ...DESK,
      params: { who: 'anna', days: 3 },
      commands: ['echo "$WHO $DAYS $(cat out.txt)"; echo today >>out.txt', 'exit $(wc -l <out.txt)'],
      retry: { attempts: 2, backoff: '1s' },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/Attempt 1 is over; the next one begins in 1 s/);
    const { attempts } = JSON.parse(stdout) as Job;
    const texts = attempts.map(async ({ commands: [first] }) => {
      using http = server.http();
      return (await http.ask('GET', `/v1/runs/${first?.run ?? ''}/log`)).text;
    });
    expect(await Promise.all(texts)).toEqual(['anna 3 yesterday\n', 'anna 3 yesterday\n']);
    expect(new Set(attempts.map(({ session }) => session)).size).toBe(2);
  });

  it.each([
    [{ template: 'chair' }, /job\.yaml:1: template: there is no template chair; configured are: desk/],
    [{ template: 'desk' }, /who/],
    [{ template: 'desk', params: { who: 7 } }, /who/],
    [{ template: 'desk', params: { who: 'anna', more: 1 } }, /more/],
    [{ params: { who: 'anna' } }, /params: needs a template/],
    [{ ...DESK, session: { provider: 'process' } }, /leave session out/],
  ])('is refused as %j, and nothing is made', async (document, sentence) => {
    const { status, stderr } = await submit({ commands: ['true'], ...document });
    expect(status).toBe(125);
    expect(stderr).toMatch(sentence);
  });
});

requires(dockerEngine)('a job in a container', () => {
  const image = makeImage();
  afterAll(() => image[Symbol.dispose]());

  it('makes its output there, and leaves nothing', async () => {
    await using other = new Place();
    const docker = await other.server({ config: 'logLevel: warn\ndocker: {}' });
    const job = await ended(
      {
        session: { provider: 'docker', image: image.name },
        commands: ['echo fresh >/tmp/out.txt; mkdir /data; echo old >/data/old.txt'],
        outputs: [{ file: '/tmp/out.txt', newerThan: 'start', checksum: sha256('fresh\n') }],
        timeout: '1m',
      },
      docker.sdk(),
    );
    expect([job.cause, job.status]).toEqual([null, 'succeeded']);
    expect(job.warnings).toEqual([expect.stringContaining('/tmp/out.txt is deleted with the session')]);
    expect(await docker.sdk().sessions.list()).toEqual([]);
  });
});

it('keeps its session for as long as it was asked to, warns of that, and shows its way', async () => {
  const document = { name: 'kept', commands: ['echo one', 'echo two'], finish: { keep: '3s' } };
  const { warnings, attempts } = await ended(document);
  expect(warnings).toEqual([expect.stringContaining('its session runs on for 3 s')]);
  const [attempt] = attempts;
  const { sessions } = server.sdk();
  const stopped = await until(async () => {
    const seen = await sessions.get(attempt?.session ?? '');
    return seen.state === 'stopped' && seen;
  }, 'the end of the session');
  expect(stopped.ending).toMatchObject({ reason: 'life_ended' });
  expect(Date.parse(stopped.since) - Date.parse(attempt?.endedAt ?? '')).toBeGreaterThanOrEqual(3_000);
  await sessions.remove(stopped.id);
  const { stdout } = await place.errand(['job', 'show', 'kept'], { env: server.env }).ended;
  const time = String.raw`\n {2}\d\d:\d\d:\d\d {2}`;
  const command = (text: string): string => String.raw`\n {12}\+ echo ${text} {2}.+ {2}run_\w+`;
  const way = [
    'attempt 1 of 1',
    String.raw`\n {2}session ses_\w+`,
    `${time}provisioning .*`,
    `${time}running .*${command('one')}${command('two')}`,
    String.raw`[^]*${time}tearing_down .*\n {12}the session is kept for a while`,
    `${time}finished\n$`,
  ];
  expect(stdout).toMatch(new RegExp(way.join('')));
});

it('goes on when whoever waits for it is interrupted, and says how to follow and end it', async () => {
  writeFileSync(place.path('long.yaml'), 'commands: ["sleep 1000"]');
  const child = place.errand(['job', 'submit', 'long.yaml', '--wait'], { env: server.env });
  await until(() => child.stderr.includes('Command 1 of 1'), 'its first command');
  child.kill('SIGINT');
  const { status, stderr } = await child.ended;
  expect([status, stderr]).toEqual([130, expect.stringMatching(/(job_\S+) goes on; errand job wait \1/)]);
  const [job] = await server.sdk().jobs.list({ status: ['running'] });
  const cancel = await place.errand(['job', 'cancel', job?.id ?? ''], { env: server.env }).ended;
  expect([cancel.status, cancel.stdout]).toEqual([0, `${job?.id} canceled\n`]);
});

it('leaves no session behind', async () => {
  const { sessions } = server.sdk();
  await until(async () => (await sessions.list()).length === 0, 'the end of every session');
});
