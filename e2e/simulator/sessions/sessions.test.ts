import { PROVIDER_ERROR_KINDS } from '@errand/core';
import type { FakeFault } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { sized } from '../../../scripts/sizes.ts';
import { toldSmall } from '../minimise.ts';
import { FEW_RUNS, ONE_SESSION } from './session-profile.ts';
import { type SessionOutcome, simulateSessions } from './simulate-sessions.ts';

/** Four a second on one core. In the soak there are well over 1,000 kills. */
const SEEDS = sized({ test: 20, ci: 40, soak: 1_000 });
const AT_A_TIME = 20;
/** Of the soak, in which something was wrong once. */
const FOUND = [552, 955];

describe('whatever dies, fails or answers late: nothing outlives its lease, is made twice, or is called gone while it lives', () => {
  let kills = 0;
  const batches = Array.from({ length: SEEDS / AT_A_TIME }, (_, index) => 1 + index * AT_A_TIME);
  it.each(batches)(`with ${AT_A_TIME} seeds of sessions from %d on`, async (first) => {
    const failures: string[] = [];
    for (let seed = first; seed < first + AT_A_TIME; seed += 1) {
      const outcome = await simulateSessions(seed);
      kills += outcome.kills;
      failures.push(...(await toldSmall(outcome, simulateSessions)));
    }
    expect(failures).toEqual([]);
  });

  it.each(FOUND)('with seed %d of sessions', async (seed) => {
    expect(await toldSmall(await simulateSessions(seed), simulateSessions)).toEqual([]);
  });

  it('and control planes died more often than there were worlds', () => {
    expect(kills).toBeGreaterThan(SEEDS);
  });
});

/** In which a session is made, stopped, started and deleted; and three runs of a pool on demand, one of them canceled while it goes. */
const SESSION = { seed: 11, profile: ONE_SESSION };
const RUNS = { seed: 12, profile: FEW_RUNS };
/** One of so many moments, and of so many faults, is tried. */
const EVERY = sized({ test: 9, ci: 9, soak: 1 });
const EVERY_FAULT = sized({ test: 3, ci: 3, soak: 1 });

describe('a control plane that dies', () => {
  /** Every step that is written down, and every call that changes something at the provider. */
  const OF_SESSION = ['insert', 'save', 'launch', 'start', 'inspect', 'stop', 'terminate'] as const;
  const OF_RUNS = ['insert', 'claim', 'save', 'launch', 'inspect', 'terminate'] as const;

  /** How often it died. */
  async function expectSurvived(world: typeof SESSION, method: string, every: number): Promise<number> {
    let deaths = 0;
    for (const when of ['before', 'after'] as const)
      for (let calls = 1, outcome: SessionOutcome | null = null; outcome?.kills !== 0; calls += every) {
        const { seed, profile } = world;
        outcome = await simulateSessions(seed, { profile, dies: { calls, method, when, afterMs: 0 } });
        expect(outcome.violation).toBeUndefined();
        deaths += outcome.kills;
      }
    return deaths;
  }

  it.each(OF_SESSION)('before or after any %s of a session leaves nothing behind', async (method) => {
    expect(await expectSurvived(SESSION, method, 1)).toBeGreaterThan(1);
  });

  it.each(OF_RUNS)('before or after a %s executes no run of a pool on demand twice', async (method) => {
    expect(await expectSurvived(RUNS, method, EVERY)).toBeGreaterThan(1);
  });
});

describe('a provider that fails once', () => {
  const CALLS = ['launch', 'start', 'find', 'inspect', 'renew', 'stop', 'terminate', 'list'] as const;
  const FAULTS: readonly FakeFault[] = [
    { kind: 'lost_answer', effectAfterMs: 2_000 },
    { kind: 'lost_request' },
    { kind: 'slow', ms: 2_500 },
    { kind: 'delivered_twice' },
    ...PROVIDER_ERROR_KINDS.map((error) => ({ kind: 'error', error }) as const),
  ];

  it.each(CALLS)('in any way at any %s leaves nothing behind', async (call) => {
    for (const { seed, profile } of [SESSION, RUNS])
      for (const fault of FAULTS.filter((_, index) => index % EVERY_FAULT === 0))
        for (let nth = 1, faults = 1; faults > 0; nth += 3 * EVERY) {
          const outcome = await simulateSessions(seed, { profile, fails: { call, nth, fault } });
          expect(outcome.violation, `${fault.kind} at call ${nth}`).toBeUndefined();
          faults = outcome.faults;
        }
  });
});

it('is the same every time for the same seed of sessions', async () => {
  for (const seed of [3, 4, 5]) expect(await simulateSessions(seed)).toEqual(await simulateSessions(seed));
});
