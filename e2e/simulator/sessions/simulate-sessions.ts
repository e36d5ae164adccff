import { DatabaseSync } from 'node:sqlite';
import type { Health } from '@errand/core';
import { type FakeProvider, fakeProvider } from '@errand/core/testing';
import { openSqliteStore } from '@errand/server/testing';
import type { Outcome } from '../simulate.ts';
import { hashText } from '../time/random.ts';
import { PoolAgent } from './pool-agent.ts';
import { PoolPeople } from './pool-people.ts';
import { AGENT, preparePool } from './pool-scene.ts';
import { PoolWitness } from './pool-witness.ts';
import { Outage, SessionFaults } from './session-faults.ts';
import { SessionPeople } from './session-people.ts';
import { openSharedStore, SessionPlane } from './session-plane.ts';
import { makeSessionWorld, type SessionWorld, type SessionWorldOptions } from './session-scene.ts';
import { SessionWitness } from './session-witness.ts';

export interface SessionOutcome extends Outcome {
  /** How often a control plane was killed. */
  readonly kills: number;
  /** How often a call of the provider went wrong. */
  readonly faults: number;
}

/** After the faults have ended: an hour that a clock was behind, and the longest life with the longest limits after it. */
const QUIET_MS = 180 * 60_000;

/** Lets one world of sessions run from its seed until all of them are over, or a promise is broken. */
export async function simulateSessions(
  seed: number,
  options: SessionWorldOptions = {},
): Promise<SessionOutcome> {
  const world = makeSessionWorld(seed, options);
  const { timeline, trace, profile } = world;
  const database = new DatabaseSync(':memory:');
  let parts: readonly string[] = [];
  try {
    const { faults, people, witness, pool } = await makeScene(world, database);
    faults.start();
    people.start();
    pool.start();
    const waiting = (): number => people.open + pool.people.open;
    const leftOver = (): readonly string[] => [...witness.leftOver(), ...pool.witness.leftOver()];
    let looked = 0;
    while (trace.violation === undefined && (await timeline.step())) {
      trace.step += 1;
      witness.look();
      pool.witness.look();
      if (!world.healed || timeline.now - looked < 500) continue;
      looked = timeline.now;
      if (waiting() === 0 && leftOver().length === 0) break;
      if (timeline.now > profile.faultsForMs + QUIET_MS) break;
    }
    const left = waiting() > 0 ? [`${waiting()} people wait`] : leftOver();
    if (left.length > 0) trace.fail(2, 'SIM-SESSION-END-1', `after all this time: ${left.join('; ')}`);
    parts = [
      ...names('fault', faults.count),
      ...names('session', profile.sessions),
      ...names('run', profile.runs),
    ];
  } finally {
    database.close();
  }
  const { step, hash, violation } = trace;
  const { kills, faults } = world;
  return {
    seed,
    parts,
    profile: profile.name,
    steps: step,
    ms: timeline.now,
    hash,
    violation,
    kills,
    faults,
  };
}

function names(what: string, length: number): string[] {
  return Array.from({ length }, (_, at) => `${what} ${at}`);
}

async function makeScene(world: SessionWorld, database: DatabaseSync) {
  const { profile } = world;
  // Its tables are there before anybody looks at them.
  const store = await openSqliteStore({ database, defer: (commit) => queueMicrotask(commit) });
  if (profile.runs > 0) await preparePool(world, store);
  const outage = new Outage(world);
  const provider = makeProvider(world, outage);
  const witness = new SessionWitness(world, database, provider, outage);
  const runs = new PoolWitness(world, witness, database);
  const onCommit = (): void => {
    witness.committed();
    runs.committed();
  };
  const shared = profile.planes === 1 ? null : await openSharedStore(world, database, onCommit);
  const planes = Array.from(
    { length: profile.planes },
    (_, index) =>
      new SessionPlane({
        world,
        name: `plane ${index + 1}`,
        database,
        shared,
        provider,
        onCommit,
      }),
  );
  const people = new SessionPeople({ world, planes, witness });
  const faults = new SessionFaults(world, planes, provider, outage);
  return { people, witness, faults, pool: makePool({ world, planes, provider, witness: runs }) };
}

/** People who submit runs to the pool on demand, and the agent that executes them. */
function makePool(parts: ConstructorParameters<typeof PoolAgent>[0]) {
  const people = new PoolPeople(parts);
  const agent = new PoolAgent(parts);
  const start = (): void => {
    people.start();
    if (parts.world.profile.runs > 0) agent.start();
  };
  return { people, witness: parts.witness, start };
}

function makeProvider(world: SessionWorld, outage: Outage): FakeProvider {
  const { timeline, profile } = world;
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timeline.after(ms, 'provider', resolve);
    });
  const { bootMs, endMs, settleMs, staleMs, deadMan, checksHealth } = profile;
  return fakeProvider({
    clock: { now: () => timeline.now, steady: () => timeline.now, sleep },
    bootMs,
    endMs,
    settleMs,
    staleMs,
    deadMan,
    health: checksHealth ? healthOf : null,
    ...(profile.runs > 0 ? { agent: AGENT } : {}),
    fault: (call, key) => outage.faultOf(call, key),
  });
}

/** Most sessions become healthy at once; some never do, and some say so. */
function healthOf(sessionId: string): Health {
  const draw = hashText(sessionId) % 10;
  if (draw === 0) return { kind: 'not_yet', why: 'it answers 503' };
  return draw === 1 ? { kind: 'failed', why: 'unhealthy' } : { kind: 'ok' };
}
