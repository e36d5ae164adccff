const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** 100 years: far beyond any use, and safely within the integers that databases and timers take. */
const LONGEST_MS = 100 * 365 * MS.d;

/** ms, or null where the text is no duration. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return null;
  const ms = Math.round(Number(amount) * MS[unit as keyof typeof MS]);
  return ms <= LONGEST_MS ? ms : null;
}
