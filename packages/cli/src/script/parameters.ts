/** A parameter of a script as the command line offers it. */
export interface Parameter {
  readonly name: string;
  /** The long option, without dashes: `dry-run` for `dryRun` and `dry_run`. */
  readonly flag: string;
  readonly kind: ParameterKind;
  /** Of the items of a list. */
  readonly items: ParameterKind;
  readonly required: boolean;
  readonly secret: boolean;
  readonly description: string;
  readonly fallback: unknown;
  readonly choices: readonly unknown[];
}

export type ParameterKind = 'text' | 'number' | 'flag' | 'list' | 'json';

type Schema = Readonly<Record<string, unknown>>;

/** The parameters of a script, in the order of its schema. */
export function parametersOf(schema: Schema): readonly Parameter[] {
  const properties = objectOf(schema['properties']);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([name, value]) => {
    const parameter = objectOf(value);
    return {
      name,
      flag: flagOf(name),
      kind: kindOf(parameter),
      items: kindOf(objectOf(parameter['items'])),
      required: required.includes(name) && parameter['default'] === undefined,
      secret: parameter['writeOnly'] === true,
      description: typeof parameter['description'] === 'string' ? parameter['description'] : '',
      fallback: parameter['default'],
      choices: Array.isArray(parameter['enum']) ? parameter['enum'] : [],
    };
  });
}

/** `maxHops` and `max_hops` as `max-hops`. */
export function flagOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

const KINDS: Readonly<Record<string, ParameterKind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'flag',
  array: 'list',
};

/** A type that is not said, or one of several, is read as JSON where it is some, else as text. */
function kindOf({ type, enum: choices }: Schema): ParameterKind {
  if (typeof type === 'string') return KINDS[type] ?? 'json';
  return Array.isArray(choices) && choices.every((choice) => typeof choice === 'string') ? 'text' : 'json';
}

function objectOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}
