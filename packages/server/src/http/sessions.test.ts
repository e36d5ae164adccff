import { describe, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../test/plane.ts';

async function create(plane: TestPlane, key: string, body: object, headers = {}) {
  const answer = await plane.ask('POST', '/v1/sessions', { key, body, headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, never> };
}

describe('asking for a session', () => {
  it('answers at once with a session that is wanted, and shows it to whom it belongs', async () => {
    await using plane = await openPlane();
    const key = await plane.key({ owner: 'acme/user-1' });
    const made = await create(plane, key, { name: 'web', ports: [80], idle: '10m' });
    expect(made).toMatchObject({
      status: 201,
      body: {
        state: 'requested',
        desired: 'running',
        settled: false,
        owner: 'acme/user-1',
        provider: 'fake',
      },
    });
    expect(made.body['subdomain']).toMatch(/^[a-z]+-[a-z]+$/);
    for (const word of [made.body['id'], 'web', made.body['subdomain']]) {
      const seen = await plane.ask('GET', `/v1/sessions/${word}`, { key });
      expect(await seen.json()).toMatchObject({ id: made.body['id'] });
    }
    const list = await plane.ask('GET', '/v1/sessions', { key });
    expect(await list.json()).toMatchObject({ sessions: [{ name: 'web' }], nextCursor: null });
  });

  it('answers a repeat with the same session, and refuses the key for another request', async () => {
    await using plane = await openPlane();
    const key = await plane.key({});
    const once = { 'idempotency-key': 'k1' };
    const one = await create(plane, key, { name: 'web' }, once);
    const two = await create(plane, key, { name: 'web' }, once);
    expect(two.body['id']).toBe(one.body['id']);
    expect((await create(plane, key, { name: 'other' }, once)).status).toBe(409);
  });

  it.each([
    [{ provider: 'nowhere' }, 400, /no provider nowhere.*fake/],
    [{ image: 'missing' }, 400, /image: must be an image that there is/],
    [{ health: { path: '/health' } }, 400, /needs a port/],
    [{ health: { tcp: 80 } }, 400, /not among the ports/],
    [{ ports: [80], health: { path: 'health' } }, 400, /must be a path such as/],
    [{ ports: [80, 80] }, 400, /not name a port twice/],
    [{ volumes: [{ name: 'data', path: '/a/../b' }] }, 400, /must not contain \.\./],
    [{ template: 'none' }, 404, /no template none/],
    [{ template: 'x', image: 'y' }, 400, /decides all but/],
    [{ idle: 'soon' }, 400, /idle: must be a duration such as 30m, or never/],
    [{ lease: '1s' }, 400, /lease must be between 5 s/],
    [{ owner: 'other/user-1' }, 403, /acts for acme/],
    [{ nonsense: 1 }, 400, /nonsense/],
    [{ files: [{ path: 'a', text: 'x', sha256: 'a'.repeat(64) }] }, 400, /sha256: is of what is behind url/],
  ])('refuses %j with a sentence, and makes nothing', async (body, status, sentence) => {
    await using plane = await openPlane();
    const key = await plane.key({});
    const answer = await create(plane, key, body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toMatch(sentence);
    expect(await plane.services.store.sessions.count()).toEqual([]);
  });

  it('refuses a name twice and more than the quota', async () => {
    await using plane = await openPlane();
    const key = await plane.key({ owner: 'acme/user-1' });
    expect((await create(plane, key, { name: 'a' })).status).toBe(201);
    expect((await create(plane, key, { name: 'a' })).body).toMatchObject({
      error: { code: 'conflict', message: expect.stringContaining('has a session a already') },
    });
    expect((await create(plane, key, {})).status).toBe(201);
    expect((await create(plane, key, {})).body).toMatchObject({
      error: { code: 'conflict', message: expect.stringContaining('as many as it may') },
    });
  });

  it('lets a service key act for the owners of its team', async () => {
    await using plane = await openPlane();
    const service = await plane.key({ role: 'service', owner: 'acme' });
    expect((await create(plane, service, { owner: 'acme/user-7' })).body).toMatchObject({
      owner: 'acme/user-7',
    });
    const viewer = await plane.key({ role: 'viewer' });
    expect((await create(plane, viewer, {})).status).toBe(403);
  });
});

describe('a session of somebody else', () => {
  it.each([
    ['GET', ''],
    ['GET', '/events'],
    ['POST', '/start'],
    ['POST', '/stop'],
    ['DELETE', ''],
    ['POST', '/extend', { by: '1h' }],
    ['POST', '/hold', { for: '1h' }],
  ] as const)('%s %s is not found', async (method, path, body?: object) => {
    await using plane = await openPlane();
    const mine = await create(plane, await plane.key({ owner: 'acme' }), {});
    const other = await plane.key({ owner: 'other' });
    for (const word of [mine.body['id'], mine.body['subdomain']]) {
      const sent = method === 'GET' ? {} : { body: body ?? {} };
      const answer = await plane.ask(method, `/v1/sessions/${word}${path}`, { key: other, ...sent });
      expect(answer.status).toBe(404);
    }
    const list = await plane.ask('GET', '/v1/sessions', { key: other });
    expect(await list.json()).toMatchObject({ sessions: [] });
  });
});

describe('wishes', () => {
  it('are granted, and granted again when they are repeated', async () => {
    await using plane = await openPlane();
    const key = await plane.key({});
    const { body } = await create(plane, key, {});
    const wish = async (path: string, method = 'POST', sent: object = {}) => {
      const answer = await plane.ask(method, `/v1/sessions/${body['id']}${path}`, { key, body: sent });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await wish('/hold', 'POST', { for: '2h', note: 'demo' })).toMatchObject({ status: 200 });
    expect(await wish('/extend', 'POST', { by: '2h' })).toMatchObject({ status: 409 });
    expect(await wish('/hold', 'POST', {})).toMatchObject({ status: 400 });
    expect(await wish('/share', 'POST', { level: 'link', for: '0s' })).toMatchObject({ status: 400 });
    expect(await wish('/hold', 'POST', { release: true, for: '2h' })).toMatchObject({ status: 400 });
    for (const times of [1, 2])
      expect({ times, ...(await wish('/stop')) }).toMatchObject({
        status: 200,
        body: { state: 'stopped', settled: true },
      });
    for (const times of [1, 2])
      expect({ times, ...(await wish('/start')) }).toMatchObject({
        status: 200,
        body: { state: 'requested' },
      });
    for (const times of [1, 2])
      expect({ times, ...(await wish('', 'DELETE')) }).toMatchObject({
        status: 200,
        body: { state: 'deleted' },
      });
    expect(await wish('/start')).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('is over') } },
    });
  });

  it('show in the events, from any event on', async () => {
    await using plane = await openPlane();
    const key = await plane.key({ name: 'anna' });
    const { body } = await create(plane, key, {});
    await plane.ask('POST', `/v1/sessions/${body['id']}/stop`, { key, body: {} });
    const events = async (after: number) =>
      await (
        await plane.ask('GET', `/v1/sessions/${body['id']}/events?after=${after}&wait=1s`, { key })
      ).json();
    expect(await events(0)).toMatchObject({
      events: [{ seq: 1 }, { seq: 2, kind: 'stopped' }],
      settled: true,
    });
    expect(await events(2)).toMatchObject({ events: [], state: 'stopped' });
  });
});

it('tells administrators what exists at every provider', async () => {
  await using plane = await openPlane();
  const key = await plane.key({});
  await create(plane, key, {});
  const answer = await plane.ask('GET', '/v1/doctor', { key: plane.admin });
  expect(await answer.json()).toMatchObject({
    providers: [{ name: 'fake', problem: null, found: [], missing: [] }],
    alarms: [],
  });
  expect((await plane.ask('GET', '/v1/doctor', { key })).status).toBe(403);
});
