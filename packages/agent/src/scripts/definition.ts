import type { OfferedScript } from '@errand/contract';

/** What an offered script executes. */
export type OfferedCode =
  /** Elements may hold `{name}`; see `expandCommand`. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'shell'; readonly text: string };

/** What a file says about a script; `code` where it is the script itself and does not stand beside one. */
export interface Definition extends Pick<OfferedScript, 'description' | 'parameters' | 'result'> {
  readonly code: OfferedCode | null;
}

/** Arguments of any kind: a script that says nothing about its parameters takes what it is given. */
const ANY_OBJECT = { type: 'object' };
const KEYS = ['name', 'description', 'command', 'shell', 'parameters', 'result'];
const SOURCES = ['file', 'return', 'stdout'];
const VIEWS = ['gauge', 'table', 'chart', 'json'];

/** Checks what was read from a file or exported by a module. Throws an Error with a sentence. */
export function definitionOf(value: unknown, name: string): Definition {
  const all = objectOf(value, 'the definition');
  const unknown = Object.keys(all).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new Error(`${unknown} is not read here; what is: ${KEYS.join(', ')}`);
  if (all['name'] !== undefined && all['name'] !== name) {
    throw new Error(
      `it calls itself ${JSON.stringify(all['name'])}, but a script is called like its file: ${name}`,
    );
  }
  return {
    description: descriptionOf(all['description'] ?? null),
    parameters: parametersOf(all['parameters'] ?? ANY_OBJECT),
    result: resultOf(all['result'] ?? null),
    code: codeOf(all),
  };
}

function descriptionOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value !== 'string') throw new Error('description is a text');
  return value.trim().slice(0, 2_000);
}

/** The schema of the arguments: of an object, which need not be said, here as at the control plane. */
function parametersOf(value: unknown): OfferedScript['parameters'] {
  const schema = { ...ANY_OBJECT, ...objectOf(value, 'parameters') };
  if (schema.type !== 'object') throw new Error('parameters.type must be object: arguments have names');
  return schema;
}

function resultOf(value: unknown): OfferedScript['result'] {
  if (value === null) return null;
  const { from = 'file', schema = null, view = null, ...rest } = objectOf(value, 'result');
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`result.${unknown} is not read; what is: from, schema, view`);
  if (!SOURCES.includes(String(from))) throw new Error(`result.from is one of ${SOURCES.join(', ')}`);
  if (schema !== null) objectOf(schema, 'result.schema');
  if (view !== null && !VIEWS.includes(String(objectOf(view, 'result.view')['kind']))) {
    throw new Error(`result.view.kind is one of ${VIEWS.join(', ')}`);
  }
  // The rest of a view is the control plane's to check, which shows it.
  return { from, schema, view } as OfferedScript['result'];
}

function codeOf({ command, shell }: Readonly<Record<string, unknown>>): OfferedCode | null {
  if (command !== undefined && shell !== undefined)
    throw new Error('it has a command or a shell text, not both');
  if (typeof shell === 'string' && shell.trim() !== '') return { kind: 'shell', text: shell };
  if (shell !== undefined) throw new Error('shell is a text');
  if (command === undefined) return null;
  const isList =
    Array.isArray(command) && command.length > 0 && command.every((one) => typeof one === 'string');
  if (!isList) throw new Error('command is a list of texts, program first');
  return { kind: 'command', argv: command };
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${what} is no mapping of keys to values`);
}
