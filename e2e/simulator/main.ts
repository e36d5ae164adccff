import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

/** `npm run simulate -- --seeds N --seed S [--trace] [--first]`: N simulations from seed S on; with `--first` up to the first that fails. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const began = performance.now();
let failed = 0;
let steps = 0;
for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  const outcome = await simulate(seed, values.trace ? console.log : null);
  steps += outcome.steps;
  if (outcome.violation === undefined) continue;
  failed += 1;
  const { id, invariant, what, step, at } = outcome.violation;
  console.log(
    `seed ${seed} (${outcome.profile}): step ${step}, ${at} ms: ${id}, invariant ${invariant}: ${what}`,
  );
  console.log(`  replay: npm run simulate -- --seed ${seed} --seeds 1 --trace`);
  if (values.first) break;
}
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
console.log(`${values.seeds} seeds, ${steps} steps, ${seconds} s, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
