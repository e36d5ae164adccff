import { parseArgs } from 'node:util';
import { simulateJobs } from './jobs/simulate-jobs.ts';
import { toldSmall } from './minimise.ts';
import { simulateSessions } from './sessions/simulate-sessions.ts';
import { simulate as simulateRuns } from './simulate.ts';

/**
 * `npm run simulate -- --seeds N --seed S [--sessions | --jobs] [--trace] [--first] [--without 'fault 1,run 0']`: N simulations from seed S on, of runs, of
 * sessions or of jobs; with `--first` up to the first that fails, in one line. Else a failure is printed as small as it can be made, which takes many
 * more simulations.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    sessions: { type: 'boolean', default: false },
    jobs: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    without: { type: 'string', default: '' },
  },
});
const simulateOther = values.jobs ? simulateJobs : simulateRuns;
const simulate = values.sessions ? simulateSessions : simulateOther;
const first = Number(values.seed);
const without = new Set(values.without.split(',').filter((part) => part !== ''));
const began = performance.now();
let failed = 0;
let steps = 0;
for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  const outcome = await simulate(seed, { without, print: values.trace ? console.log : null });
  steps += outcome.steps;
  if (outcome.violation === undefined) continue;
  failed += 1;
  const { id, invariant, what, step, at } = outcome.violation;
  if (values.trace || values.first)
    console.log(`seed ${seed}: step ${step}, ${at} ms: ${id}, invariant ${invariant}: ${what}`);
  else for (const line of await toldSmall(outcome, simulate)) console.log(line);
  if (values.first) break;
}
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
console.log(`${values.seeds} seeds, ${steps} steps, ${seconds} s, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
