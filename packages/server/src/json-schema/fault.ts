import type { ErrorObject } from 'ajv/dist/2020.js';

/** One thing that is wrong with a value, and where: a path of names with dots between them, empty for the whole. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A fault as ajv found it, in our words. */
export function faultOf({ instancePath, keyword, params, message }: ErrorObject): Fault {
  const at = instancePath.split('/').slice(1).map(unescaped);
  const { missing, unknown } = namedBy(keyword, params);
  if (missing !== undefined) return { path: joined([...at, missing]), message: 'is missing' };
  if (unknown !== undefined) return { path: joined([...at, unknown]), message: 'is not known here' };
  return { path: joined(at), message: sentenceOf(keyword, params) ?? message ?? 'does not fit' };
}

/** Faults as one text: `seconds: must be a number; mode: is missing`. */
export function faultText(faults: readonly Fault[]): string {
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

type Params = Readonly<Record<string, unknown>>;

function namedBy(keyword: string, params: Params): { readonly missing?: string; readonly unknown?: string } {
  if (keyword === 'required') return { missing: String(params['missingProperty']) };
  if (keyword === 'additionalProperties') return { unknown: String(params['additionalProperty']) };
  if (keyword === 'unevaluatedProperties') return { unknown: String(params['unevaluatedProperty']) };
  return {};
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function sentenceOf(keyword: string, params: Params): string | undefined {
  if (keyword === 'type') {
    const types = [params['type']].flat().map((type) => TYPES[String(type)] ?? String(type));
    return `must be ${types.join(' or ')}`;
  }
  if (keyword === 'enum') {
    const values = params['allowedValues'] as readonly unknown[];
    return `must be one of ${values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(', ')}`;
  }
  if (keyword === 'const') return `must be ${JSON.stringify(params['allowedValue'])}`;
  return undefined;
}

function joined(parts: readonly string[]): string {
  return parts.join('.');
}

/** A step of a JSON pointer. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
