import type { Answer, AuditEntry, ErrorBody, Run } from '@errand/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlane, type TestPlane } from '../../test/plane.ts';

let plane: TestPlane;

beforeEach(async () => {
  plane = await openPlane();
});
afterEach(async () => {
  await plane[Symbol.asyncDispose]();
});

const FROM = '192.0.2.7';

async function list(query = ''): Promise<Answer<'listAudit'>> {
  const answer = await plane.ask('GET', `/v1/audit${query}`, { key: plane.admin });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer<'listAudit'>;
}

async function newest(): Promise<AuditEntry | undefined> {
  return (await list()).entries[0];
}

async function submit(key: string, body: object = { command: ['true'], pool: 'lab' }): Promise<Run> {
  const answer = await plane.ask('POST', '/v1/runs', { key, body, address: FROM });
  return (await answer.json()) as Run;
}

test('says who did what to what, from where and with what outcome', async () => {
  const key = await plane.key({ name: 'laptop', owner: 'acme/ada' });
  const run = await submit(key);
  const made = await newest();
  expect(made).toMatchObject({ action: 'createRun', target: run.id, address: FROM, outcome: 'done' });
  expect(made?.key).toMatchObject({ name: 'laptop', owner: 'acme/ada' });
  await plane.ask('POST', `/v1/runs/${run.id}/cancel`, { local: true, body: {} });
  expect(await newest()).toMatchObject({
    action: 'cancelRun',
    target: run.id,
    key: { id: 'local' },
    address: null,
  });
});

test('says why something was refused', async () => {
  await submit(plane.admin, { command: ['true'], pool: 'nowhere' });
  const entry = await newest();
  expect(entry).toMatchObject({ action: 'createRun', target: null, outcome: 'invalid' });
  expect(entry?.note).toContain('known pools');
  const stranger = await plane.key({ owner: 'other' });
  const { id } = await submit(await plane.key({ owner: 'acme' }));
  await plane.ask('POST', `/v1/runs/${id}/cancel`, { key: stranger, body: {} });
  expect(await newest()).toMatchObject({ action: 'cancelRun', target: id, outcome: 'not_found' });
});

test('tells of names in the path, of sessions shared, and of a secret nothing', async () => {
  await plane.ask('PATCH', '/v1/pools/lab', { key: plane.admin, body: { paused: true } });
  expect(await newest()).toMatchObject({ action: 'changePool', target: 'lab' });
  const spec = { provider: 'fake', name: 'web', ports: [80] };
  const made = await plane.ask('POST', '/v1/sessions', { key: plane.admin, body: spec });
  const { id } = (await made.json()) as { id: string };
  await plane.ask('POST', '/v1/sessions/web/share', { key: plane.admin, body: { level: 'team' } });
  expect(await newest()).toMatchObject({ action: 'shareSession', target: id });
  const secret = 'open-sesame-8431';
  await submit(plane.admin, { command: ['true', secret], secretEnv: { TOKEN: secret } });
  expect(JSON.stringify(await list())).not.toContain(secret);
});

test('leaves out what only looks, what is not understood, and what people type into a run', async () => {
  await plane.ask('GET', '/v1/runs', { key: plane.admin });
  await plane.ask('POST', '/v1/runs', { key: plane.admin, body: { comand: [] } });
  expect((await list()).entries).toEqual([]);
  const { id } = await submit(plane.admin, { command: ['cat'], stdin: 'stream', pool: 'lab' });
  await plane.ask('POST', `/v1/runs/${id}/input?end=1`, {
    key: plane.admin,
    body: new Uint8Array([1]),
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect((await list()).entries.map(({ action }) => action)).toEqual(['createRun']);
});

test('notes sign-ins, and keys that are no good, a few a minute and the rest by their number', async () => {
  const body = { key: plane.admin };
  await plane.ask('POST', '/v1/sign-in', { body, address: FROM });
  expect(await newest()).toMatchObject({ action: 'signIn', outcome: 'done', address: FROM });
  await plane.ask('POST', '/v1/sign-in', { body: { key: 'err_wrong' }, address: FROM });
  expect(await newest()).toMatchObject({ action: 'signIn', outcome: 'unauthenticated', key: null });
  await plane.ask('GET', '/v1/runs', { address: FROM });
  for (let tries = 0; tries < 20; tries += 1) await plane.ask('GET', '/v1/runs', { key: 'err_guess' });
  const refused = (await list()).entries.filter(({ outcome }) => outcome === 'unauthenticated');
  expect(refused).toHaveLength(10);
  expect(refused[0]).toMatchObject({ action: 'authenticate', target: null });
});

test('is filtered and paged', async () => {
  const key = await plane.key({ name: 'laptop' });
  const runs = [await submit(key), await submit(plane.admin), await submit(key)];
  const [last] = (await list()).entries;
  const { id } = last?.key ?? { id: '' };
  expect((await list(`?key=${id}`)).entries.map(({ target }) => target)).toEqual([runs[2]?.id, runs[0]?.id]);
  expect((await list(`?target=${runs[1]?.id}&action=createRun`)).entries).toHaveLength(1);
  expect((await list('?action=cancelRun')).entries).toEqual([]);
  expect((await list(`?before=${last?.at}`)).entries.length).toBeLessThan(3);
  expect((await list(`?since=${last?.at}`)).entries.length).toBeGreaterThan(0);
  const first = await list('?limit=2');
  const second = await list(`?limit=2&cursor=${first.nextCursor}`);
  expect([first, second].flatMap(({ entries }) => entries.map(({ target }) => target))).toEqual(
    runs.map((run) => run.id).toReversed(),
  );
});

test('is for admins', async () => {
  for (const role of ['viewer', 'member', 'service'] as const) {
    const answer = await plane.ask('GET', '/v1/audit', { key: await plane.key({ role }) });
    expect(answer.status).toBe(403);
    const { error } = (await answer.json()) as ErrorBody;
    expect(error.code).toBe('forbidden');
    expect(error.message).toMatch(/, only one with the role admin$/);
  }
});

test('that somebody asked is kept by a control plane that is killed, and nobody waits for a log that cannot be written', async () => {
  const { audit } = plane.services;
  const failures: unknown[] = [];
  audit.onError = (error) => void failures.push(error);
  const about = { actor: null, target: 'x', address: null };
  const hanging = Promise.withResolvers<void>();
  const call = audit.follow({ ...about, action: 'one' }, () => hanging.promise);
  await expect.poll(newest).toMatchObject({ action: 'one', outcome: null });
  hanging.resolve();
  await call;
  await audit.flush();
  await plane.services.store[Symbol.asyncDispose]();
  expect(await audit.follow({ ...about, action: 'two' }, async () => 'done')).toBe('done');
  // What is gathered may fail beside it, a moment later.
  expect(failures).not.toEqual([]);
});
