import { readFileSync } from 'node:fs';
import { CliError } from '../cli-error.ts';

/** What `--secret-env` gave. */
export interface SecretValues {
  readonly values: Readonly<Record<string, string>>;
  /** Names of those whose values were typed: everybody on this machine could read them. */
  readonly typed: readonly string[];
}

/** `NAME` for its value here, `NAME=@FILE` for what a file holds (without the line break at its end), or `NAME=value`. */
export function secretValues(
  given: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): SecretValues {
  const parsed = given.map((text) => {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    if (name === '') throw new CliError('--secret-env: a name is missing before =');
    if (at < 0) return { name, value: fromHere(name, variables), typed: false };
    const value = text.slice(at + 1);
    return value.startsWith('@')
      ? { name, value: fromFile(name, value.slice(1)), typed: false }
      : { name, value, typed: true };
  });
  return {
    values: Object.fromEntries(parsed.map(({ name, value }) => [name, value])),
    typed: parsed.filter(({ typed }) => typed).map(({ name }) => name),
  };
}

/** What whoever typed a secret must know. */
export function typedWarning(name: string): string {
  return `the value of ${name} is in the list of processes for everybody to see, and in your shell's history: give --secret-env ${name} to take it from here, or ${name}=@FILE`;
}

function fromHere(name: string, variables: Readonly<Record<string, string>>): string {
  const value = variables[name];
  if (value === undefined)
    throw new CliError(
      `--secret-env ${name}: there is no variable ${name} here; set it, or give ${name}=@FILE`,
    );
  return value;
}

function fromFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`--secret-env ${name}: the file cannot be read: ${why}`, { cause: error });
  }
}
