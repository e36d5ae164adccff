import { CliError } from '../cli-error.ts';
import { type Parameter, type ParameterKind, parametersOf } from './parameters.ts';

/** Options of a call itself. A parameter of the same name is given by `--arg name=value`, but for {@link YIELDING}. */
export const CALL_OPTIONS: Readonly<Record<string, 'value' | 'flag' | 'list'>> = {
  pool: 'value',
  agent: 'value',
  timeout: 'value',
  'queue-timeout': 'value',
  name: 'value',
  tag: 'list',
  sha256: 'value',
  arg: 'list',
  'json-args': 'value',
  args: 'value',
  url: 'value',
  data: 'value',
  json: 'flag',
  detach: 'flag',
  help: 'flag',
};

/** Common words for parameters: where a script has one of that name, it is meant, and the call does without the option. */
const YIELDING: ReadonlySet<string> = new Set(['name', 'tag', 'timeout', 'queue-timeout']);

/** Does an option of the call take this word away from the parameter of a script? */
export function isTaken(flag: string): boolean {
  return Object.hasOwn(CALL_OPTIONS, flag) && !YIELDING.has(flag);
}

const SHORT: Readonly<Record<string, string>> = { '-d': '--detach', '-h': '--help' };

/** What stands behind the name of the script. */
export interface ParsedCall {
  readonly options: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The options that a call of any script has; what they cannot be is left for {@link parseCall}, once the script is known. */
export function callOptions(words: readonly string[]): ParsedCall['options'] {
  return readWords(words, null).options;
}

/** Options and arguments, by the parameters of the script. Throws a CliError about the first word that fits neither. */
export function parseCall(words: readonly string[], schema: Readonly<Record<string, unknown>>): ParsedCall {
  return readWords(words, parametersOf(schema));
}

interface Reading {
  readonly options: Record<string, string | boolean | readonly string[]>;
  readonly args: Record<string, unknown>;
}

function readWords(words: readonly string[], parameters: readonly Parameter[] | null): ParsedCall {
  const reading: Reading = { options: {}, args: {} };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const long = SHORT[word] ?? word;
    if (!long.startsWith('--') || long === '--') {
      if (parameters === null) continue;
      throw new CliError(`${word}: arguments of a script are given as --name value; --help lists them`);
    }
    const [, name = '', inline] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(long) ?? [];
    readOne({ name, inline, next: () => rest.shift(), parameters, peek: () => rest[0] }, reading);
  }
  const { [ARG]: _, ...options } = reading.options;
  return { options, args: { ...reading.args, ...argPairs(reading.options[ARG], parameters) } };
}

const ARG = 'arg';

interface Word {
  readonly name: string;
  readonly inline: string | undefined;
  readonly next: () => string | undefined;
  readonly peek: () => string | undefined;
  readonly parameters: readonly Parameter[] | null;
}

function readOne(word: Word, { options, args }: Reading): void {
  const yields = YIELDING.has(word.name) && byFlag(word.parameters ?? [], word.name) !== undefined;
  const own = Object.hasOwn(CALL_OPTIONS, word.name) && !yields ? CALL_OPTIONS[word.name] : undefined;
  if (own !== undefined) {
    if (own === 'flag') options[word.name] = true;
    else if (own === 'value') options[word.name] = valueOf(word);
    else options[word.name] = [...listOf(options[word.name]), valueOf(word)];
    return;
  }
  if (word.parameters === null) return;
  const no = word.name.startsWith('no-') ? byFlag(word.parameters, word.name.slice(3)) : undefined;
  const parameter = byFlag(word.parameters, word.name) ?? (no?.kind === 'flag' ? no : undefined);
  if (parameter === undefined) throw unknownFlag(word.name, word.parameters);
  if (parameter.kind === 'flag')
    args[parameter.name] = flagValue(
      word,
      parameter !== no || byFlag(word.parameters, word.name) !== undefined,
    );
  else if (parameter.kind === 'list') {
    const before = Object.hasOwn(args, parameter.name) ? (args[parameter.name] as unknown[]) : [];
    args[parameter.name] = [...before, converted(word.name, parameter.items, valueOf(word))];
  } else args[parameter.name] = converted(word.name, parameter.kind, valueOf(word));
}

function byFlag(parameters: readonly Parameter[], name: string): Parameter | undefined {
  return (
    parameters.find((parameter) => parameter.name === name) ?? parameters.find(({ flag }) => flag === name)
  );
}

/** `--quiet`, `--no-quiet`, and for scripts that write scripts `--quiet=false`. */
function flagValue({ name, inline }: Word, plain: boolean): boolean {
  if (inline === undefined) return plain;
  if (inline === 'true' || inline === 'false') return (inline === 'true') === plain;
  throw new CliError(`--${name} takes true or false, not ${inline}`);
}

function valueOf({ name, inline, next }: Word): string {
  const value = inline ?? next();
  if (value === undefined) throw new CliError(`--${name} takes a value; it is missing`);
  return value;
}

function converted(name: string, kind: ParameterKind, text: string): unknown {
  if (kind === 'text') return text;
  if (kind === 'number') {
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number))
      throw new CliError(`--${name} takes a number, not ${text}`);
    return number;
  }
  return jsonOr(text);
}

/** JSON where it is some, else the text itself. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function argPairs(
  pairs: string | boolean | readonly string[] | undefined,
  parameters: readonly Parameter[] | null,
): Record<string, unknown> {
  const entries = listOf(pairs).map((pair): [string, unknown] => {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError(`--arg ${pair}: give name=value`);
    const name = pair.slice(0, at);
    const kind = (parameters === null ? undefined : byFlag(parameters, name)?.kind) ?? 'json';
    return [
      name,
      converted(`arg ${name}`, kind === 'flag' || kind === 'list' ? 'json' : kind, pair.slice(at + 1)),
    ];
  });
  return Object.fromEntries(entries);
}

function listOf(value: string | boolean | readonly string[] | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function unknownFlag(name: string, parameters: readonly Parameter[]): CliError {
  const known = parameters.map(({ flag }) => `--${flag}`).join(', ') || 'no arguments';
  return new CliError(`there is no --${name}; the script takes ${known}`);
}
