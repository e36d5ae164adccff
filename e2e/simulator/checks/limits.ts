import { concurrencyGate, type RunRecord } from '@errand/core';
import type { World } from '../world.ts';

/** Never are more runs held under one concurrency key than any of them allows. */
export function checkLimits({ history, trace }: World): void {
  const held = [...history.records.values()].filter(({ state }) => state === 'leased' || state === 'running');
  const byGate = Map.groupBy(held, (run: RunRecord) => `${run.pool} ${concurrencyGate(run) ?? ''}`);
  for (const [gate, runs] of byGate) {
    const least = Math.min(...runs.map(({ concurrency }) => concurrency?.limit ?? Number.POSITIVE_INFINITY));
    if (runs.length > least)
      trace.fail(2, 'SIM-LIMIT-1', `${runs.length} runs are held under ${gate}, which allows ${least}`);
  }
}
