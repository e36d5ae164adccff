/** What each of the measured things gave, round by round. */
export type Rounds<Parts extends Record<string, () => Promise<unknown>>> = {
  readonly [Name in keyof Parts]: Awaited<ReturnType<Parts[Name]>>[];
};

/**
 * Measures several things in turns, A B C, C B A, ...: the machine is shared and its speed moves by a factor of two between minutes, so only what
 * is measured side by side may be compared. Everything is done once before, unmeasured, so that nobody pays for a cold start.
 */
export async function inTurns<Parts extends Record<string, () => Promise<unknown>>>(
  rounds: number,
  parts: Parts,
): Promise<Rounds<Parts>> {
  const names = Object.keys(parts);
  const results: Record<string, unknown[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const result = await parts[name]?.();
      if (round >= 0) results[name]?.push(result);
    }
  }
  return results as Rounds<Parts>;
}
