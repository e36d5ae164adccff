/** p50 and p99 of many times, in ms. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

export function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

export function median(values: readonly number[]): number {
  return spreadOf(values).p50;
}

/** The middle of the rounds for each of the two. */
export function medianSpread(rounds: readonly Spread[]): Spread {
  return { p50: median(rounds.map(({ p50 }) => p50)), p99: median(rounds.map(({ p99 }) => p99)) };
}

/** The middle of the quotients round by round: both sides of a quotient have met the same mood of the machine. */
export function medianRatio(subject: readonly number[], yardstick: readonly number[]): number {
  return median(subject.map((value, round) => value / (yardstick[round] ?? Number.NaN)));
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

export function spread({ p50, p99 }: Spread): string {
  return `${ms(p50)} (${ms(p99)})`;
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
