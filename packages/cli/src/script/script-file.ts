import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ScriptDefinitionInput } from '@errand/sdk';
import { CliError } from '../cli-error.ts';

const MODULES: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts']);

/** The definition in a file: YAML or JSON as it stands there, or a module with what it exports about itself. */
export async function readScriptFile(path: string): Promise<ScriptDefinitionInput> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError(`${path} cannot be read: ${error instanceof Error ? error.message : ''}`);
  });
  if (MODULES.has(extname(path))) return await moduleDefinition(path, text);
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new CliError(`${path} is neither YAML nor JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(`${path} must hold fields such as command: [...] and parameters: {...}`);
  // What is in it is for the server to say, which says it by field.
  return await withModuleFile(path, value);
}

/** `module: {file: speed.ts}` stands for the text of that file. */
async function withModuleFile(
  path: string,
  definition: ScriptDefinitionInput,
): Promise<ScriptDefinitionInput> {
  const { module } = definition as { readonly module?: unknown };
  if (typeof module !== 'object' || module === null || !('file' in module)) return definition;
  const file = resolve(path, '..', String(module.file));
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`${path} names the module ${String(module.file)}, which cannot be read beside it`);
  });
  return { ...definition, module: text };
}

/** A module is imported here, on the machine of its author, so that the server need not execute it to know its parameters. */
async function moduleDefinition(path: string, text: string): Promise<ScriptDefinitionInput> {
  const exported = await importModule(path);
  if (typeof exported['run'] !== 'function')
    throw new CliError(`${path} exports no function run(args, context); a script that is a module needs one`);
  const { description, parameters, result, pool, timeout, view } = exported;
  const resultSchema = result === undefined ? null : schemaOf(path, 'result', result);
  return {
    module: text,
    ...(typeof description === 'string' ? { description } : {}),
    ...(parameters === undefined ? {} : { parameters: schemaOf(path, 'parameters', parameters) }),
    ...(typeof pool === 'string' ? { pool } : {}),
    ...(typeof timeout === 'string' ? { timeout } : {}),
    ...(resultSchema === null && view === undefined
      ? {}
      : { result: { schema: resultSchema, view: (view ?? null) as ResultView } }),
  };
}

type ResultView = NonNullable<NonNullable<ScriptDefinitionInput['result']>['view']> | null;

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new CliError(
      `${path} cannot be imported: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

interface StandardSchema {
  readonly '~standard': {
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>;
    };
  };
}

/** JSON Schema as it is, or what a schema library makes of its own (zod from 4.2 on, and others of the Standard JSON Schema). */
function schemaOf(path: string, what: string, schema: unknown): Record<string, unknown> {
  if (typeof schema !== 'object' || schema === null)
    throw new CliError(`${path}: ${what} must be a JSON Schema or a schema of zod`);
  if (!('~standard' in schema)) return schema as Record<string, unknown>;
  const { jsonSchema } = (schema as StandardSchema)['~standard'];
  if (jsonSchema === undefined)
    throw new CliError(`${path}: the library of ${what} cannot make JSON Schema; zod can from 4.2 on`);
  return jsonSchema.input({ target: 'draft-2020-12' });
}
