import { plainText } from '../result/at-path.ts';

/** One argument of a script, as its form asks for it. */
export interface Parameter {
  readonly name: string;
  readonly title: string;
  readonly hint: string | undefined;
  readonly required: boolean;
  /** What it is typed into. `json`: anything else. */
  readonly kind: 'text' | 'secret' | 'number' | 'integer' | 'boolean' | 'choice' | 'lines' | 'json';
  readonly choices: readonly unknown[];
  readonly begin: unknown;
  readonly schema: Schema;
}

export type Schema = Readonly<Record<string, unknown>>;

/** The parameters of a script, in the order in which its schema names them. */
export function parametersOf(schema: Schema): readonly Parameter[] {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : [];
  return Object.entries(properties).map(([name, each]) => {
    const own = isSchema(each) ? each : {};
    return {
      name,
      title: typeof own['title'] === 'string' ? own['title'] : name,
      hint: typeof own['description'] === 'string' ? own['description'] : undefined,
      required: required.includes(name),
      kind: kindOf(own),
      choices: Array.isArray(own['enum']) ? (own['enum'] as readonly unknown[]) : [],
      begin: own['default'],
      schema: own,
    };
  });
}

function kindOf(schema: Schema): Parameter['kind'] {
  if (Array.isArray(schema['enum'])) return 'choice';
  const items = isSchema(schema['items']) ? schema['items'] : {};
  switch (schema['type']) {
    case 'string':
      return schema['writeOnly'] === true ? 'secret' : 'text';
    case 'number':
      return 'number';
    case 'integer':
      return 'integer';
    case 'boolean':
      return 'boolean';
    case 'array':
      return items['type'] === 'string' ? 'lines' : 'json';
    default:
      return 'json';
  }
}

/** What stands in a field, as it was typed. */
export type Typed = Readonly<Record<string, string>>;

/** What the fields hold at first: what a link says, else what the script says. */
export function typedFrom(parameters: readonly Parameter[], args: Readonly<Record<string, unknown>>): Typed {
  return Object.fromEntries(
    parameters.map((parameter) => [
      parameter.name,
      asTyped(parameter, args[parameter.name] ?? parameter.begin),
    ]),
  );
}

function asTyped({ kind }: Parameter, value: unknown): string {
  if (kind === 'lines' && Array.isArray(value)) return value.join('\n');
  if (value !== undefined && (kind === 'json' || kind === 'choice')) return JSON.stringify(value);
  return plainText(value);
}

/** The argument that was typed; undefined: none. Throws a sentence where it cannot be one. */
export function argumentOf(parameter: Parameter, text: string): unknown {
  const { kind } = parameter;
  if (kind === 'boolean') return text === '' ? undefined : text === 'true';
  if (kind === 'lines')
    return text.trim() === '' ? undefined : text.split('\n').filter((line) => line !== '');
  if (text === '') return undefined;
  if (kind === 'number' || kind === 'integer') return numberOf(text, kind);
  return kind === 'text' || kind === 'secret' ? text : jsonOf(text);
}

/** All that were typed. */
export function argumentsOf(parameters: readonly Parameter[], typed: Typed): Record<string, unknown> {
  const known = parameters.map(
    (parameter) => [parameter.name, argumentOf(parameter, typed[parameter.name] ?? '')] as const,
  );
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

function numberOf(text: string, kind: 'number' | 'integer'): number {
  const number = Number(text.trim().replace(',', '.'));
  if (!Number.isFinite(number) || text.trim() === '') throw new Error('must be a number');
  if (kind === 'integer' && !Number.isInteger(number)) throw new Error('must be a whole number');
  return number;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('must be JSON, such as {"a": 1}');
  }
}

/** What is wrong with what was typed, while it is typed; undefined: nothing that can be seen here. The server looks at all of it. */
export function faultOf(parameter: Parameter, text: string): string | undefined {
  try {
    const value = argumentOf(parameter, text);
    if (value === undefined) return parameter.required ? 'is needed' : undefined;
    return limitOf(parameter.schema, value);
  } catch (error) {
    return error instanceof Error ? error.message : 'is wrong';
  }
}

function limitOf(schema: Schema, value: unknown): string | undefined {
  const limit = (name: string): number | undefined =>
    typeof schema[name] === 'number' ? schema[name] : undefined;
  if (typeof value === 'number') {
    const [low, high] = [limit('minimum'), limit('maximum')];
    if (low !== undefined && value < low) return `must be at least ${low}`;
    if (high !== undefined && value > high) return `must be at most ${high}`;
  }
  if (typeof value === 'string') {
    const [short, long] = [limit('minLength'), limit('maxLength')];
    if (short !== undefined && value.length < short) return `must have at least ${short} characters`;
    if (long !== undefined && value.length > long) return `must have at most ${long} characters`;
    if (typeof schema['pattern'] === 'string' && !fits(schema['pattern'], value))
      return `must match ${schema['pattern']}`;
  }
  return undefined;
}

/** A pattern that this browser does not understand is the server's to judge. */
function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
