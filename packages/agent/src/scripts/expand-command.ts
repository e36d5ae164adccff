/** `{name}` within an element, `{name...}` as a whole one; with one more pair of braces it is the text itself: `{{name}}`. */
const HOLE = /\{\{([A-Za-z][\w-]*(?:\.\.\.)?)\}\}|\{([A-Za-z][\w-]*)\}/g;
const SPREAD = /^\{([A-Za-z][\w-]*)\.\.\.\}$/;

type Args = Readonly<Record<string, unknown>>;

/**
 * The argument vector of a command template. A value becomes part of one argument and is never read by a shell; a list spreads over several
 * where the template says so; an element that names a parameter without a value is left out.
 */
export function expandCommand(template: readonly string[], args: Args): readonly string[] {
  return template.flatMap((element) => {
    const spread = SPREAD.exec(element)?.[1];
    if (spread !== undefined) return listOf(valueOf(args, spread)).map(argText);
    const names = Array.from(element.matchAll(HOLE), ([, , name]) => name ?? []).flat();
    return names.some((name) => valueOf(args, name) === undefined) ? [] : [filled(element, args)];
  });
}

function filled(element: string, args: Args): string {
  return element.replaceAll(HOLE, (_, literal: string | undefined, name: string | undefined) =>
    name === undefined ? `{${literal ?? ''}}` : argText(valueOf(args, name)),
  );
}

/** A string as it is, everything else as JSON writes it. */
function argText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Of the arguments themselves: what every object inherits is none. */
function valueOf(args: Args, name: string): unknown {
  return Object.hasOwn(args, name) ? (args[name] ?? undefined) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
