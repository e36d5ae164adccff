import { API } from '@errand/contract';
import { type OperationId, ROUTES } from '@errand/contract/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../test/plane.ts';
import { createJoinToken, joinAgent } from '../use-cases/agents/join-agent.ts';
import { sayHello } from '../use-cases/agents/say-hello.ts';

const OPERATIONS = Object.keys(ROUTES) as OperationId[];

/** What an operation needs beside the id of a thing; all others get `{}`. */
const ASKED: { readonly [Id in OperationId]?: { readonly query?: string; readonly body?: unknown } } = {
  findLines: { query: '?text=x' },
  readArtifact: { query: '?path=x' },
  writeInput: { query: '?offset=0', body: 'x' },
  resizeTerminal: { body: { columns: 80, rows: 24 } },
  extendSession: { body: { by: '1h' } },
  holdSession: { body: { for: '1h' } },
  openSession: { body: { path: '/' } },
  shareSession: { body: { level: 'public' } },
  listFiles: { query: '?path=/x' },
  readFile: { query: '?path=/x' },
  writeFile: { query: '?path=/x&bytes=1', body: 'x' },
  makeFolder: { query: '?path=/x' },
};

describe('who may call what', () => {
  it('is open to everybody, to agents and to admins alone in these operations, and to viewers only to look', () => {
    const withAccess = (access: string): OperationId[] =>
      OPERATIONS.filter((id) => API[id].access === access).toSorted();
    expect(withAccess('open')).toEqual(['agentJoin', 'signIn', 'signOut']);
    expect(withAccess('admin')).toEqual(ADMINS);
    const byAgents = OPERATIONS.filter(
      (id) => ROUTES[id].path.startsWith('/v1/agent/') && id !== 'agentJoin',
    );
    expect([...withAccess('agent'), ...withAccess('line')].toSorted()).toEqual(byAgents.toSorted());
    const changing = withAccess('any').filter((id) => ROUTES[id].method !== 'GET');
    // Whom it is shared with may be such a viewer; who may reach it is looked at there.
    expect(changing).toEqual(['openSession']);
  });

  it.each(['service', 'member', 'viewer'] as const)('refuses a %s what is for admins', async (role) => {
    await using plane = await openPlane();
    const key = await plane.key({ role });
    for (const id of ADMINS) expect([id, (await call(plane, id, 'x', key)).status]).toEqual([id, 403]);
  });
});

const ADMINS = [
  'changePool',
  'createJoinToken',
  'diagnoseSessions',
  'drainAgent',
  'listAudit',
  'putPool',
  'removeAgent',
  'removePool',
  'revokeAgent',
  'shutDown',
  'takeOver',
  'undrainAgent',
] as const satisfies readonly OperationId[];

describe('what is somebody else’s', () => {
  let plane: TestPlane;
  let ids: Readonly<Record<string, string>>;
  let [owner, stranger, viewer] = ['', '', ''];
  beforeAll(async () => {
    plane = await openPlane();
    owner = await plane.key({ owner: 'acme/al' });
    stranger = await plane.key({ owner: 'acme/bo' });
    viewer = await plane.key({ owner: 'acme/al', role: 'viewer' });
    const made = async (path: string, body: object): Promise<string> => {
      const answer = await plane.ask('POST', path, { key: owner, body });
      expect([path, answer.status]).toEqual([path, 201]);
      return ((await answer.json()) as { id: string }).id;
    };
    await join(plane);
    const run = { command: ['true'], pool: 'lab', stdin: 'stream' };
    ids = {
      runs: await made('/v1/runs', run),
      sessions: await made('/v1/sessions', {}),
      jobs: await made('/v1/jobs', { commands: ['true'] }),
      groups: await made('/v1/groups', { run: { command: ['true'], pool: 'lab' } }),
      keys: await made('/v1/keys', { name: 'his' }),
    };
  });
  afterAll(async () => await plane[Symbol.asyncDispose]());

  const ofThings = OPERATIONS.filter(
    (id) =>
      /^\/v1\/(runs|sessions|jobs|groups|keys)\/\{id\}/.test(ROUTES[id].path) && API[id].access !== 'admin',
  );
  const idFor = (id: OperationId): string => ids[ROUTES[id].path.split('/')[2] ?? ''] ?? '';

  it.each(ofThings)('is not there for %s, and a viewer changes nothing of it', async (id) => {
    expect((await call(plane, id, idFor(id), stranger)).status).toBe(404);
    if (API[id].access !== 'any') expect((await call(plane, id, idFor(id), viewer)).status).toBe(403);
  });

  it('is seen by a viewer, who is not let in to what runs there', async () => {
    const [seen, opened] = [
      await call(plane, 'getSession', ids['sessions'] ?? '', viewer),
      await call(plane, 'openSession', ids['sessions'] ?? '', viewer),
    ];
    expect([seen.status, opened.status]).toEqual([200, 404]);
  });

  it.each(['runs', 'sessions', 'jobs', 'groups', 'keys'])('is in no list of %s', async (things) => {
    const listed = async (key: string, query = ''): Promise<unknown> => {
      const answer = await plane.ask('GET', `/v1/${things}${query}`, { key });
      return answer.status === 200
        ? JSON.stringify(await answer.json()).includes(ids[things] ?? '-')
        : 'refused';
    };
    expect([await listed(owner), await listed(plane.admin), await listed(stranger)]).toEqual([
      true,
      true,
      false,
    ]);
    if (things === 'groups' || things === 'keys') return;
    for (const asked of ['acme', 'acme/al', 'acme/bobby', 'other'])
      expect([asked, await listed(stranger, `?owner=${asked}`)]).toEqual([asked, 'refused']);
  });

  it('ends no key of others, and none of an admin', async () => {
    const admin = await plane.key({ role: 'admin', owner: 'acme/bo', name: 'chief' });
    const keys = await plane.services.store.keys.list('acme/bo');
    const { id = '' } = keys.find(({ name }) => name === 'chief') ?? {};
    expect((await call(plane, 'removeKey', id, stranger)).status).toBe(403);
    expect((await plane.ask('GET', '/v1/whoami', { key: admin })).status).toBe(200);
  });
});

async function call(plane: TestPlane, id: OperationId, thing: string, key: string): Promise<Response> {
  const { method, path } = ROUTES[id];
  const { query = '', body = {} } = ASKED[id] ?? {};
  const sent = method === 'GET' ? {} : { body };
  return await plane.ask(method, `${path.replace(/\{\w+\}/, thing)}${query}`, { key, ...sent });
}

/** An agent of the pool lab: a group is of one run for each. */
async function join({ services }: TestPlane): Promise<void> {
  const { token } = await createJoinToken(services.joining, 'lab');
  const { agentId } = await joinAgent(services.joining, { token, name: 'a1' });
  const about = {
    protocol: 1,
    name: 'a1',
    labels: {},
    slots: 4,
    program: '0',
    scripts: [],
    onlyScripts: false,
  };
  await sayHello(services.hello, agentId, about);
}
