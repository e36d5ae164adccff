import type { ClaimQuery, RunRecord, Store } from '@errand/core';
import { aPool, aRun, leased, observed } from '@errand/core/testing';

/** Runs that wait behind a gate that is shut. */
const CROWD = 10_000;

/** Later than any run was queued. */
const NOW = 1e13;

/** A pool in which one run holds a gate. The crowd behind it must cost nobody who may pass, nor the next of its own. */
interface Gated {
  readonly pool: string;
  /** A run that stands before the gate. */
  readonly held: () => RunRecord;
  /** A run that may pass. */
  readonly free: () => RunRecord;
}

const CONCURRENCY: Gated = {
  pool: 'by-concurrency',
  held: () => aRun({ pool: 'by-concurrency', concurrency: { key: 'deploy', limit: 1 }, queuedAt: 1 }),
  free: () => aRun({ pool: 'by-concurrency', queuedAt: 2 }),
};

const KEY: Gated = {
  pool: 'by-key',
  held: () => aRun({ pool: 'by-key', createdBy: 'key_greedy', queuedAt: 1 }),
  free: () => aRun({ pool: 'by-key', createdBy: `key_${(keys += 1)}`, queuedAt: 2 }),
};
let keys = 0;

const GATES = { 'a concurrency key': CONCURRENCY, 'the limit of a key': KEY } as const;

/** The pools with their gates shut; ten thousand wait behind each in the `crowded` store, one in the others. */
export async function shutGates(stores: readonly Store[], crowded: Store): Promise<void> {
  for (const store of stores) {
    for (const { pool, held } of Object.values(GATES)) {
      await store.agents.ensurePool(aPool({ name: pool }));
      if (pool === KEY.pool) await store.agents.setPool(pool, { limitPerKey: 1 });
      await store.runs.insert(held(), null);
      holders.set(`${pool} ${stores.indexOf(store)}`, await claimOne(store, pool));
      const crowd = store === crowded ? CROWD : 1;
      await Promise.all(Array.from({ length: crowd }, () => store.runs.insert(held(), null)));
      await setAside(store, pool);
    }
  }
}

/** The first claims that meet a crowd set it aside, some hundred runs each; what comes after them passes by. */
async function setAside(store: Store, pool: string): Promise<void> {
  for (let claims = 0; claims < CROWD / 100; claims += 1) {
    const taken = await store.runs.claim(queryOf(pool), () => null);
    if (taken.length > 0) throw new Error(`${taken.length} runs went through a gate that is shut`);
  }
}

function queryOf(pool: string): ClaimQuery {
  return { pool, agentId: 'agent_1', labels: {}, now: NOW, limit: 4 };
}

/** What an agent asks of them, by what stands in the table. `which`: of the stores that were given to `shutGates`. */
export function crowdQueries(): Readonly<
  Record<string, (store: Store, round: number, which: number) => Promise<unknown>>
> {
  return Object.fromEntries(
    Object.entries(GATES).flatMap(([name, gated]) => [
      [`insert and claim past ${name}`, (store: Store) => passBy(store, gated)],
      [
        `end, and claim of the next behind ${name}`,
        (store: Store, _: number, which: number) => takeTurns(store, gated, which),
      ],
    ]),
  );
}

/** The run that holds the gate of a pool, by store. */
const holders = new Map<string, RunRecord>();

async function passBy(store: Store, { pool, free }: Gated): Promise<void> {
  const run = free();
  await store.runs.insert(run, null);
  const taken = await claimOne(store, pool);
  if (taken.id !== run.id) throw new Error(`${taken.id} went through a gate that is shut`);
  await end(store, taken);
}

async function takeTurns(store: Store, { pool, held }: Gated, which: number): Promise<void> {
  const place = `${pool} ${which}`;
  const holder = holders.get(place);
  if (holder === undefined) throw new Error(`nobody holds the gate of ${place}`);
  await store.runs.insert(held(), null);
  await store.runs.release(await end(store, holder));
  holders.set(place, await claimOne(store, pool));
}

async function claimOne(store: Store, pool: string): Promise<RunRecord> {
  const [run] = await store.runs.claim(queryOf(pool), (each) => leased(each, 'agent_1', NOW));
  if (run === undefined) throw new Error(`nothing to claim in ${pool}`);
  return run;
}

/** From the door to the end, as an agent reports it. */
async function end(store: Store, run: RunRecord): Promise<RunRecord> {
  const { token } = run;
  const begun = observed(run, { kind: 'starting', token, claimant: null, now: NOW });
  const reason = { kind: 'exited', code: 0 } as const;
  const over = observed(begun, { kind: 'ended', token, reason, log: null, now: NOW });
  for (const next of [begun, over]) {
    if ((await store.runs.save(next)) !== 'saved') throw new Error(`somebody else changed ${run.id}`);
  }
  return over;
}
