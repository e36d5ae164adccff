/** The part of a JSON value that a path leads to: names and indexes with dots between them; empty: the value itself. undefined: there is none. */
export function atPath(value: unknown, path: string): unknown {
  if (path === '') return value;
  return path.split('.').reduce<unknown>((part, step) => {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, step)) return undefined;
    return (part as Record<string, unknown>)[step];
  }, value);
}

/** A JSON value in a cell. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
