import type { JsonSchema } from '@errand/core/vocabulary';

/** The variable that holds an argument: `ARG_` and its name in capitals, other characters than letters and digits as underscores. */
export function argVariable(parameter: string): string {
  return `ARG_${parameter.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** An argument as text: a string as it is, everything else as JSON writes it. */
export function argText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The environment of a script: every argument that has a value by its variable, and all of them as JSON in ERRAND_ARGS. */
export function argEnvironment(args: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const given = Object.entries(args).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...Object.fromEntries(given.map(([name, value]) => [argVariable(name), argText(value)])),
    ERRAND_ARGS: JSON.stringify(args),
  };
}

/** The schemas of the parameters by name; empty where the schema lists none. */
export function parametersOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const properties = Object.hasOwn(schema, 'properties') ? schema['properties'] : undefined;
  if (!isObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, parameter]) => [name, isObject(parameter) ? parameter : {}]),
  );
}

/** The parameters that are secret: marked with `writeOnly: true`. */
export function secretParameters(schema: JsonSchema): readonly string[] {
  return Object.entries(parametersOf(schema))
    .filter(([, parameter]) => parameter['writeOnly'] === true)
    .map(([name]) => name);
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
