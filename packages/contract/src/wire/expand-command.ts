import { argText } from './script-arguments.ts';

/** `{name}` within an element, `{name...}` as a whole one; with one more pair of braces it is the text itself: `{{name}}`. */
const HOLE = /\{\{([A-Za-z][\w-]*(?:\.\.\.)?)\}\}|\{([A-Za-z][\w-]*)\}/g;
const SPREAD = /^\{([A-Za-z][\w-]*)\.\.\.\}$/;

/**
 * The argument vector of a command template. A value becomes part of one argument and is never read by a shell; a list spreads over several where the
 * template says so; an element that names a parameter without a value is left out.
 */
export function expandCommand(
  template: readonly string[],
  args: Readonly<Record<string, unknown>>,
): readonly string[] {
  return template.flatMap((element) => {
    const spread = SPREAD.exec(element)?.[1];
    if (spread !== undefined) return listOf(valueOf(args, spread)).map(argText);
    const isLeftOut = namesIn(element).some((name) => valueOf(args, name) === undefined);
    return isLeftOut ? [] : [filled(element, args)];
  });
}

/** The parameters that an element of a template names. */
export function namesIn(element: string): readonly string[] {
  const spread = SPREAD.exec(element)?.[1];
  if (spread !== undefined) return [spread];
  return Array.from(element.matchAll(HOLE), ([, , name]) => name).filter((name) => name !== undefined);
}

function filled(element: string, args: Readonly<Record<string, unknown>>): string {
  return element.replaceAll(HOLE, (_, literal: string | undefined, name: string | undefined) =>
    name === undefined ? `{${literal ?? ''}}` : argText(valueOf(args, name)),
  );
}

/** Of the arguments themselves: what every object inherits is none. */
function valueOf(args: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(args, name) ? (args[name] ?? undefined) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
