import { expandCommand, namesIn } from '@errand/contract/wire';

type Values = Readonly<Record<string, unknown>>;

/**
 * The spec of a template with the values in their places: a text that is nothing but `{name}` becomes the value itself, others are text. An argument, a
 * variable or an option whose value is missing is left out. `shell` stays as it is: a value is never read by a shell.
 */
export function fillSpec(spec: Values, values: Values): Values {
  return Object.fromEntries(
    Object.entries(spec).flatMap(([field, part]) => {
      if (field === 'shell') return [[field, part]];
      if (field === 'command') return [[field, expandCommand(part as readonly string[], values)]];
      const filled = fill(part, values, field === 'env' || field === 'secretEnv');
      return filled === undefined ? [] : [[field, filled]];
    }),
  );
}

/** Every text of a spec that may hold names, with where it stands. */
export function* textsOf(
  part: unknown,
  path: readonly string[] = [],
): Generator<readonly [string, readonly string[]]> {
  if (typeof part === 'string') yield [part, path];
  else if (typeof part === 'object' && part !== null)
    for (const [key, each] of Object.entries(part)) yield* textsOf(each, [...path, key]);
}

const WHOLE = /^\{([A-Za-z][\w-]*)\}$/;

function fill(part: unknown, values: Values, asText: boolean): unknown {
  if (typeof part === 'string') {
    const whole = asText ? undefined : WHOLE.exec(part)?.[1];
    if (whole !== undefined) return Object.hasOwn(values, whole) ? (values[whole] ?? undefined) : undefined;
    return namesIn(part).length === 0 && !part.includes('{{') ? part : expandCommand([part], values)[0];
  }
  if (Array.isArray(part))
    return part.map((each) => fill(each, values, asText)).filter((each) => each !== undefined);
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([key, each]) => [key, fill(each, values, asText)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}
