import { aRun, leased, runStoreSuite } from '@errand/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { startPostgres } from './testing/postgres-server.ts';

const { requirement, server } = await startPostgres();
/** Every test has a database of its own; a busy disk takes its time to remove all of them. */
const STOP_MS = 60_000;
afterAll(() => server?.stop(), STOP_MS);

const newUrl = async () => (await server?.newDatabase()) ?? '';

requires(requirement)('PostgreSQL', () => {
  // Making the tables takes longer than most tests, so each has a copy.
  let tables = '';
  beforeAll(async () => {
    tables = await newUrl();
    const store = await openPostgresStore({ url: tables });
    await store[Symbol.asyncDispose]();
  });

  runStoreSuite('PostgreSQL', async () => openPostgresStore({ url: (await server?.copyOf(tables)) ?? '' }));

  it('is opened by several processes at once', async () => {
    const url = await newUrl();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore({ url })));
    const [first, second] = stores;
    const run = aRun();
    await first?.runs.insert(run, null);
    expect(await second?.runs.get(run.id)).toEqual(run);
    for (const store of stores) await store[Symbol.asyncDispose]();
  });

  it('lets claimers of two processes pass over what the other holds', async () => {
    const url = await newUrl();
    await using first = await openPostgresStore({ url });
    await using second = await openPostgresStore({ url });
    const runs = Array.from({ length: 30 }, () => aRun());
    await Promise.all(runs.map((run) => first.runs.insert(run, null)));
    const query = { pool: 'default', labels: {}, now: 5_000, limit: 2 };
    const taken: string[] = [];
    while (taken.length < runs.length) {
      const claims = [first, second, first, second].map((store, index) =>
        store.runs.claim({ ...query, agentId: `agent_${index}` }, (run) => leased(run, `agent_${index}`)),
      );
      taken.push(...(await Promise.all(claims)).flat().map(({ id }) => id));
    }
    expect(taken.toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
  });

  it('reads on after its connections were broken', async () => {
    await using store = await openPostgresStore({ url: await newUrl() });
    const run = aRun();
    await store.runs.insert(run, null);
    await server?.disconnectAll();
    expect(await store.runs.get(run.id)).toEqual(run);
    await server?.disconnectAll();
    expect(await store.runs.insert(aRun(), null)).toEqual({ kind: 'inserted' });
  });
});

it('says clearly that there is no database', async () => {
  const opening = openPostgresStore({ url: 'postgres://nobody@127.0.0.1:1/none' });
  await expect(opening).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('the database does not answer'),
  });
});
