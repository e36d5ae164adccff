import type { Outcome, Simulate } from './simulate.ts';

/** What last happened to the run in question: as much as one looks at. */
const LAST_LINES = 15;

/**
 * A failure as small as it can be made: leaves out one fault and one run after the other and keeps out what the same violation does not
 * need. Answers lines for people: the violation, the command that replays it, what broke, and what happened last.
 */
export async function toldSmall(outcome: Outcome, simulate: Simulate): Promise<readonly string[]> {
  if (outcome.violation === undefined) return [];
  const small = await minimised(outcome, simulate);
  const { seed, profile, violation = outcome.violation } = small.outcome;
  const { id, invariant, what, step, at } = violation;
  const without = small.without.size === 0 ? '' : ` --without '${[...small.without].join(',')}'`;
  const lines: string[] = [];
  await simulate(seed, { without: small.without, print: (line) => lines.push(line) });
  const broke = lines.filter((line) => / fault \d+: /.test(line));
  const [run] = /(?:run|ses)_\w+/.exec(what) ?? [''];
  const about = lines.filter((line) => line.includes(run) && !broke.includes(line));
  return [
    `seed ${seed} (${profile}): step ${step}, ${at} ms: ${id}, invariant ${invariant}: ${what}`,
    `  replay: npm run simulate -- --seed ${seed} --seeds 1${without} --trace`,
    ...[...broke, ...about.slice(-LAST_LINES)].map((line) => `  ${line}`),
  ];
}

interface Small {
  readonly outcome: Outcome;
  readonly without: ReadonlySet<string>;
}

async function minimised(outcome: Outcome, simulate: Simulate): Promise<Small> {
  let small: Small = { outcome, without: new Set() };
  // From the last one on: what came after the violation does not matter to it.
  for (const part of outcome.parts.toReversed()) {
    const without = new Set([...small.without, part]);
    const less = await simulate(outcome.seed, { without });
    if (less.violation?.id === outcome.violation?.id) small = { outcome: less, without };
  }
  return small;
}
