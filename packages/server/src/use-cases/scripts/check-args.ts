import { parametersOf, secretFault, secretParameters } from '@errand/contract/wire';
import { ErrandError, type JsonSchema, LIMITS } from '@errand/core';
import { type Fault, faultText } from '../../json-schema/fault.ts';
import type { Schemas } from '../../json-schema/schemas.ts';

export type Args = Readonly<Record<string, unknown>>;

/** What the arguments are for, and how they are called there. */
export interface Called {
  readonly name: string;
  readonly parameters: JsonSchema;
  readonly kind?: 'script' | 'template';
  readonly field?: 'args' | 'params';
}

/**
 * The arguments of a call with the defaults of the script filled in, and the names of the secret ones among them. Throws `invalid` with every fault
 * named.
 */
export async function checkedArgs(
  schemas: Pick<Schemas, 'load' | 'checked'>,
  { name, parameters, kind = 'script', field = 'args' }: Called,
  given: Args,
): Promise<{ readonly args: Args; readonly secrets: readonly string[] }> {
  await schemas.load();
  const checked = schemas.checked(`the ${kind} ${name}`, parameters, given);
  const faults = [
    ...unknownFaults(parameters, given),
    ...(checked.ok ? [...textFaults(given), ...secretFaults(parameters, given)] : checked.faults),
  ];
  if (faults.length > 0 || !checked.ok) throw misfit(faults, { name, parameters, kind, field });
  const args = checked.value as Args;
  if (Buffer.byteLength(JSON.stringify(args)) > LIMITS.scriptArgsBytes)
    throw new ErrandError(
      'invalid',
      `${field}: must have at most ${LIMITS.scriptArgsBytes} bytes as JSON; a program takes no larger variable`,
    );
  return { args, secrets: secretParameters(parameters).filter((secret) => Object.hasOwn(args, secret)) };
}

/** Words of a schema that decide by themselves which properties there may be. */
const DECIDES = [
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
  'propertyNames',
  '$ref',
  '$dynamicRef',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'dependentSchemas',
];

/** A schema that only lists its properties leaves others open, which for a command would hide every slip of the pen. */
function unknownFaults(parameters: JsonSchema, given: Args): readonly Fault[] {
  if (DECIDES.some((word) => Object.hasOwn(parameters, word))) return [];
  const known = parametersOf(parameters);
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(known, name))
    .map((path) => ({ path, message: 'is not known here' }));
}

/** They are masked in what the script writes, so not every text can be one. */
function secretFaults(parameters: JsonSchema, given: Args): readonly Fault[] {
  return secretParameters(parameters).flatMap((path) => {
    const value = Object.hasOwn(given, path) ? given[path] : undefined;
    const message = typeof value === 'string' ? secretFault(value) : null;
    return message === null ? [] : [{ path, message }];
  });
}

/** Arguments become variables and parts of command lines. */
function textFaults(given: Args): readonly Fault[] {
  return Object.entries(given).flatMap(([path, value]) => {
    const texts = [value].flat().filter((each) => typeof each === 'string');
    if (texts.some((text) => text.includes('\0')))
      return [{ path, message: 'must not contain a NUL character; no program can take one' }];
    return texts.every((text) => text.isWellFormed()) ? [] : [{ path, message: 'must be valid Unicode' }];
  });
}

function misfit(faults: readonly Fault[], { parameters, kind, field: whole }: Required<Called>): ErrandError {
  const fields = faults.map(({ path, message }) => ({
    field: path === '' ? whole : `${whole}.${path}`,
    message,
  }));
  const names =
    Object.keys(parametersOf(parameters)).join(', ') || (kind === 'script' ? 'no arguments' : 'no params');
  const isUnknown = faults.some(({ message }) => message === 'is not known here');
  const list = isUnknown ? `; the ${kind} takes ${names}` : '';
  const text = faultText(faults.map((fault, index) => ({ ...fault, path: fields[index]?.field ?? '' })));
  return new ErrandError('invalid', `${text}${list}`, { details: { fields } });
}
