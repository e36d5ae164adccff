import { createHash } from 'node:crypto';
import type { ScriptDefinition as Wish } from '@errand/contract';
import { argVariable, namesIn, parametersOf, secretParameters } from '@errand/contract/wire';
import {
  ErrandError,
  type JsonSchema,
  type ModuleSource,
  type ResultRule,
  type ScriptCode,
  type ScriptDefinition,
} from '@errand/core';
import type { Schemas } from '../../json-schema/schemas.ts';

/** A definition whose parts fit together. */
export interface ReadDefinition {
  readonly definition: ScriptDefinition;
  /** Of the definition, hex. */
  readonly sha256: string;
  /** What is to be kept for a module. */
  readonly source: ModuleSource | null;
}

/** Checks what somebody wants a script to be. Throws `invalid` with a sentence about the first part that does not fit. */
export async function readDefinition(
  schemas: Pick<Schemas, 'load' | 'check'>,
  wish: Omit<Wish, 'name' | 'owner'>,
): Promise<ReadDefinition> {
  const ways = [wish.command, wish.shell, wish.module].filter((way) => way !== undefined);
  if (ways.length !== 1) throw unfit('command', 'a script is either a command, a shell text or a module');
  await schemas.load();
  const parameters = readParameters(schemas, wish.parameters);
  if (wish.command !== undefined) checkTemplate(wish.command, parameters);
  const source = wish.module === undefined ? null : { sha256: sha256Of(wish.module), text: wish.module };
  const definition: ScriptDefinition = {
    description: wish.description,
    code: codeOf(wish, source),
    parameters,
    result: readResult(schemas, wish),
    pool: wish.pool,
    timeoutMs: wish.timeout,
    env: wish.env,
  };
  return { definition, source, sha256: sha256Of(JSON.stringify(definition)) };
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function codeOf(
  { command, shell }: Pick<Wish, 'command' | 'shell'>,
  source: ModuleSource | null,
): ScriptCode {
  if (source !== null) return { kind: 'module', sha256: source.sha256 };
  return command === undefined ? { kind: 'shell', text: shell ?? '' } : { kind: 'command', argv: command };
}

/** They become flags and variables, so they have names that can be both. */
const PARAMETER = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** The schema of the arguments: of an object, which need not be said. */
export function readParameters(schemas: Pick<Schemas, 'check'>, given: JsonSchema): JsonSchema {
  const parameters = { type: 'object', ...given };
  if (parameters.type !== 'object') throw unfit('parameters.type', 'must be object: arguments have names');
  const variables = new Map<string, string>();
  for (const [name, parameter] of Object.entries(parametersOf(parameters))) {
    const at = `parameters.properties.${name}`;
    if (!PARAMETER.test(name))
      throw unfit(
        at,
        'the name of a parameter begins with a letter and has letters, digits, dash and underscore',
      );
    const other = variables.get(argVariable(name));
    if (other !== undefined)
      throw unfit(at, `it would have the same variable ${argVariable(name)} as ${other}; rename one`);
    variables.set(argVariable(name), name);
    if (parameter['writeOnly'] === true && parameter['type'] !== 'string')
      throw unfit(at, 'a secret parameter (writeOnly) must have type: string');
  }
  schemas.check('parameters', parameters);
  return parameters;
}

/** The program itself is no parameter, and the command line of a process is shown to everybody on its machine. */
function checkTemplate(template: readonly string[], parameters: JsonSchema): void {
  const known = new Set(Object.keys(parametersOf(parameters)));
  const secret = new Set(secretParameters(parameters));
  for (const [index, element] of template.entries()) {
    for (const name of namesIn(element)) {
      const at = `command.${index}`;
      if (index === 0) throw unfit(at, 'the program cannot be a parameter; name it, or use shell');
      if (secret.has(name)) {
        const instead = `let the program read the variable ${argVariable(name)}`;
        throw unfit(at, `${name} is secret, and everybody on a machine sees its command lines; ${instead}`);
      }
      if (!known.has(name)) {
        const list = [...known].join(', ') || 'none';
        throw unfit(
          at,
          `{${name}} names no parameter (there are: ${list}); for the text itself write {{${name}}}`,
        );
      }
    }
  }
}

function readResult(
  schemas: Pick<Schemas, 'check'>,
  { result, module }: Pick<Wish, 'result' | 'module'>,
): ResultRule | null {
  if (result === null) return module === undefined ? null : { from: 'return', schema: null, view: null };
  if (result.from === 'return' && module === undefined)
    throw unfit(
      'result.from',
      'only a module returns a value; a command writes it to the file that ERRAND_RESULT names',
    );
  if (result.schema !== null) schemas.check('result.schema', result.schema);
  return { ...result, from: result.from ?? (module === undefined ? 'file' : 'return') };
}

function unfit(field: string, message: string): ErrandError {
  return new ErrandError('invalid', `${field}: ${message}`, { details: { fields: [{ field, message }] } });
}
