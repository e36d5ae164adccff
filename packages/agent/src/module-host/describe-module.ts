import type { ModuleExports } from './load-module.ts';

/** What a module exports about itself beside `run`. */
export interface ModuleDescription {
  readonly runs: boolean;
  readonly description: unknown;
  readonly parameters: unknown;
  readonly result: unknown;
}

export function describeModule(exports: ModuleExports): ModuleDescription {
  const { description, parameters, result } = exports;
  return {
    runs: functionOf(exports) !== undefined,
    description: description ?? null,
    parameters: jsonSchemaOf(parameters) ?? null,
    result: withSchema(result) ?? null,
  };
}

type Run = (args: unknown, context: unknown) => unknown;

/** `export function run`, or the default export. */
export function functionOf({ run, default: fallback }: ModuleExports): Run | undefined {
  const found = run ?? fallback;
  return typeof found === 'function' ? (found as Run) : undefined;
}

/** A library's schema that can check a value, by the interface that zod, valibot and others share (standardschema.dev). */
export interface StandardSchema {
  readonly '~standard': {
    readonly validate: (value: unknown) => unknown;
    readonly jsonSchema?: { readonly input: (options: { readonly target: string }) => unknown };
  };
}

export function isStandardSchema(value: unknown): value is StandardSchema {
  return typeof value === 'object' && value !== null && '~standard' in value;
}

/** A plain JSON Schema, or a library's schema that can say itself as one (zod since 4.2). */
function jsonSchemaOf(value: unknown): unknown {
  if (!isStandardSchema(value)) return value;
  const made = value['~standard'].jsonSchema?.input({ target: 'draft-2020-12' });
  if (made !== undefined) return made;
  if ('toJSONSchema' in value && typeof value.toJSONSchema === 'function') {
    return value.toJSONSchema() as unknown;
  }
  throw new Error(
    '`parameters` is a schema that cannot say itself as JSON Schema: export z.toJSONSchema(...) of it',
  );
}

function withSchema(rule: unknown): unknown {
  if (typeof rule !== 'object' || rule === null || !('schema' in rule)) return rule;
  return { ...rule, schema: jsonSchemaOf(rule.schema) };
}
