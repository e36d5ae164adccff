import { describe, expect, it } from 'vitest';
import { sized } from '../../harness/soak.ts';
import { toldSmall } from '../minimise.ts';
import { ONE_SESSION } from './session-profile.ts';
import { type SessionOutcome, simulateSessions } from './simulate-sessions.ts';

/** Four a second on one core. In the soak there are well over 1,000 kills. */
const SEEDS = sized({ test: 20, ci: 40, soak: 1_000 });
const AT_A_TIME = 20;

describe('whatever dies, fails or answers late: nothing outlives its lease, is made twice, or is called gone while it lives', () => {
  const batches = Array.from({ length: SEEDS / AT_A_TIME }, (_, index) => 1 + index * AT_A_TIME);
  it.each(batches)(`with ${AT_A_TIME} seeds of sessions from %d on`, async (first) => {
    const failures: string[] = [];
    let kills = 0;
    for (let seed = first; seed < first + AT_A_TIME; seed += 1) {
      const outcome = await simulateSessions(seed);
      kills += outcome.kills;
      failures.push(...(await toldSmall(outcome, simulateSessions)));
    }
    expect(failures).toEqual([]);
    expect(kills).toBeGreaterThan(AT_A_TIME);
  });
});

describe('a control plane that dies', () => {
  /** Every step that is written down, and every call that changes something at the provider. */
  const METHODS = ['insert', 'save', 'launch', 'start', 'inspect', 'stop', 'terminate'];
  /** One in which a session is made, stopped, started and deleted. */
  const SEED = 11;

  it.each(METHODS)('before or after any %s of a session leaves nothing behind', async (method) => {
    let deaths = 0;
    for (const when of ['before', 'after'] as const)
      for (let calls = 1, outcome: SessionOutcome | null = null; outcome?.kills !== 0; calls += 1) {
        outcome = await simulateSessions(SEED, {
          profile: ONE_SESSION,
          dies: { calls, method, when, afterMs: 0 },
        });
        expect(outcome.violation).toBeUndefined();
        deaths += outcome.kills;
      }
    expect(deaths).toBeGreaterThan(1);
  });
});

it('is the same every time for the same seed of sessions', async () => {
  for (const seed of [3, 4, 5]) expect(await simulateSessions(seed)).toEqual(await simulateSessions(seed));
});
