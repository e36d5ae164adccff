/** The part of a JSON value that a path leads to: names and indexes with dots between them; empty: all of it. Undefined: it leads nowhere. */
export function atPath(value: unknown, path: string): unknown {
  if (path === '') return value;
  let at: unknown = value;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return at;
}

/** A number, also where it was written as a text; null: it is none. */
export function numberAt(value: unknown, path: string): number | null {
  const found = atPath(value, path);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** A number as people write it. */
export function numberText(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: 3 });
}

/** Any JSON value in a line; nothing for none. */
export function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
