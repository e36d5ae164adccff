import { expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../test/plane.ts';

async function submit(plane: TestPlane, key: string, body: object, headers = {}) {
  const answer = await plane.ask('POST', '/v1/jobs', { key, body, headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, never> };
}

const DOCUMENT = {
  name: 'daily-{date}',
  commands: ['echo {date}', { command: ['true'], secretEnv: { TOKEN: 'very secret' } }],
};

it('answers at once with a job whose placeholders are fixed, and shows it to whom it belongs, without its secrets', async () => {
  await using plane = await openPlane();
  const key = await plane.key({ owner: 'acme/user-1' });
  const made = await submit(plane, key, DOCUMENT);
  expect(made).toMatchObject({ status: 201, body: { status: 'queued', attempt: 0, owner: 'acme/user-1' } });
  const date = new Date().toISOString().slice(0, 10);
  for (const word of [made.body['id'], `daily-${date}`]) {
    const seen = await plane.ask('GET', `/v1/jobs/${word}`, { key });
    expect(await seen.json()).toMatchObject({ id: made.body['id'], commands: [`echo ${date}`, 'true'] });
  }
  const text = JSON.stringify([made.body, await (await plane.ask('GET', '/v1/jobs', { key })).json()]);
  expect(text).not.toContain('very secret');
  const stranger = await plane.key({ owner: 'other' });
  expect((await plane.ask('GET', `/v1/jobs/${made.body['id']}`, { key: stranger })).status).toBe(404);
  const viewer = await plane.key({ role: 'viewer' });
  expect((await plane.ask('POST', `/v1/jobs/${made.body['id']}/cancel`, { key: viewer })).status).toBe(403);
});

it('shows the documents of jobs one by one, not in lists', async () => {
  await using plane = await openPlane();
  const key = await plane.key({});
  const { body } = await submit(plane, key, DOCUMENT);
  const { jobs } = (await (await plane.ask('GET', '/v1/jobs', { key })).json()) as { jobs: object[] };
  expect(body['document']).toEqual(expect.any(Object));
  expect(Object.keys(jobs[0] ?? {})).not.toContain('document');
});

it('answers a repeat with the same job, and refuses its name and its key for another document', async () => {
  await using plane = await openPlane();
  const key = await plane.key({});
  const once = { 'idempotency-key': 'k1' };
  const one = await submit(plane, key, DOCUMENT, once);
  expect((await submit(plane, key, DOCUMENT, once)).body['id']).toBe(one.body['id']);
  expect((await submit(plane, key, { ...DOCUMENT, timeout: '1h' }, once)).status).toBe(409);
  expect((await submit(plane, key, DOCUMENT)).status).toBe(409);
});

it.each([
  [{ commands: [] }, /must have a command/],
  [{ commands: ['x'], session: { provider: 'nowhere' } }, /no provider nowhere/],
  [{ commands: ['x'], name: 'a-{dat}' }, /no placeholder \{dat\}/],
  [{ commands: ['x'], outputs: [{ s3: 's3:/x' }] }, /must be s3:/],
  [{ commands: ['x'], outputs: [{ url: 'https://169.254.169.254/latest' }] }, /outside of private networks/],
  [{ commands: ['x'], retry: { attempts: 0 } }, /attempts/],
  [{ commands: ['x'], retry: { attempts: 2, backoff: '1m', max: '10s' } }, /"max".*less than backoff/],
  [{ commands: ['x'], owner: 'other' }, /acts for acme/],
  [{ commands: [{ shell: 'x', command: ['y'] }] }, /give one of command, shell and script/],
  [{ commands: [{ command: 'ls -la' }] }, /"command".*must be a list/],
  [{ commands: ['x'], finish: { keep: '100y' } }, /"keep".*must be a duration/],
  [
    { commands: ['x'], session: { instanceParameters: {}, options: { instanceParameters: {} } } },
    /beside options.instanceParameters/,
  ],
  [{ commands: ['x'], finish: 'explode' }, /must be delete, stop, keep/],
  [{ commands: ['x'], finish: { stop: { deleteVolumes: true } } }, /what it stops keeps its disks/],
  [{ commands: ['x'], finish: { keep: '1h', stop: { deleteVolumes: true } } }, /one of keep and stop/],
  [{ commands: ['x'], finsh: 'keep' }, /"finsh".*is no field of it; it takes .*finish/],
  [{ run_options: { ii_check_s3: true }, commands: ['x'] }, /bucket and a prefix/],
  [{ instance_parameters: {}, commands: ['x'] }, /no provider ec2/],
])(
  'refuses %j with a sentence, makes nothing, and says where the fault is when it is asked',
  async (body, sentence) => {
    await using plane = await openPlane();
    const key = await plane.key({});
    const answer = await submit(plane, key, body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(sentence);
    const report = (await (await plane.ask('POST', '/v1/jobs/check', { key, body })).json()) as {
      faults: object[];
    };
    expect(JSON.stringify(report.faults)).toMatch(sentence);
    expect(await (await plane.ask('GET', '/v1/jobs', { key })).json()).toMatchObject({ jobs: [] });
  },
);

it('refuses a command that no program could take', async () => {
  await using plane = await openPlane();
  const answer = await submit(plane, await plane.key({}), { commands: ['x'.repeat(200_000)] });
  expect(JSON.stringify(answer)).toMatch(/400.*at most 131071 bytes/);
});
