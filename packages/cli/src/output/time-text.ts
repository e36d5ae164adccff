const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A span of time in its largest unit, and the next where that is small: `3d`, `2h 5m`, `41s`. */
export function spanText(ms: number): string {
  const first = UNITS.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0s';
  const [unit, size] = UNITS[first] ?? ['s', 1_000];
  const amount = Math.floor(ms / size);
  const next = UNITS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[1]);
  return next === undefined || rest === 0 || amount >= 10
    ? `${amount}${unit}`
    : `${amount}${unit} ${rest}${next[0]}`;
}

/** How long ago an ISO time was, as text. */
export function agoText(iso: string, now: number): string {
  return `${spanText(Math.max(0, now - Date.parse(iso)))} ago`;
}

/** How long it is until an ISO time, as text; `0s` once it has passed. */
export function leftText(iso: string, now: number): string {
  return spanText(Math.max(0, Date.parse(iso) - now));
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** ms of a duration such as `500ms`, `2s`, `1.5h`; null where the text is none. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return null;
  return Math.round(Number(amount) * MS[unit as keyof typeof MS]);
}
