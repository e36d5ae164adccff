/** What a placeholder stands for; each is fixed once, when the job is submitted. */
const VALUES: Readonly<Record<string, (iso: string) => string>> = {
  date: (iso) => iso.slice(0, 10),
  year: (iso) => iso.slice(0, 4),
  month: (iso) => iso.slice(5, 7),
  day: (iso) => iso.slice(8, 10),
  hour: (iso) => iso.slice(11, 13),
  minute: (iso) => iso.slice(14, 16),
  second: (iso) => iso.slice(17, 19),
  time: (iso) => iso.slice(11, 19).replaceAll(':', ''),
};

export const PLACEHOLDERS: readonly string[] = Object.keys(VALUES).map((name) => `{${name}}`);

const NAMES = Object.keys(VALUES).join('|');
/** `{{date}}` stands for `{date}` itself; `${date}` is a shell's own and stays. */
const PLACEHOLDER = new RegExp(`\\{\\{(?:${NAMES})\\}\\}|\\$?\\{(${NAMES})\\}`, 'g');

/** The document with its placeholders filled in, in texts at any depth, in UTC. */
export function fillPlaceholders<Value>(value: Value, now: number): Value {
  const iso = new Date(now).toISOString();
  const filled = (text: string): string =>
    text.replaceAll(PLACEHOLDER, (whole: string, name?: string) => {
      if (name === undefined) return whole.slice(1, -1);
      return whole.startsWith('$') ? whole : (VALUES[name]?.(iso) ?? whole);
    });
  return deep(value, filled) as Value;
}

/** The first placeholder that nobody knows; null: there is none. For texts in which braces have no other meaning. */
export function unknownPlaceholder(text: string): string | null {
  return /\{[a-z_]+\}/i.exec(text)?.[0] ?? null;
}

function deep(value: unknown, filled: (text: string) => string): unknown {
  if (typeof value === 'string') return filled(value);
  if (Array.isArray(value)) return value.map((each) => deep(each, filled));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, deep(each, filled)]));
}
