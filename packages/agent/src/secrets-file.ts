import { readFileSync } from 'node:fs';
import { secretFault } from '@errand/contract/wire';

/**
 * The values in a file of `NAME=value` lines, each a secret of this machine. Blank lines and such that begin with # are passed over; a value may stand in
 * double quotes, with line breaks written as \n. Throws with a sentence that names the line and never shows a value.
 */
export function readSecretsFile(path: string): readonly string[] {
  return readText(path)
    .split(/\r?\n/)
    .flatMap((line, index) => {
      if (/^\s*(#|$)/.test(line)) return [];
      return [secretOf(line, `${path}, line ${index + 1}`)];
    });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(
      `the file of secrets cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function secretOf(line: string, place: string): string {
  const at = line.indexOf('=');
  if (at < 1) throw new Error(`${place}: a secret is written as NAME=value`);
  const name = line.slice(0, at).trim();
  const value = unquoted(line.slice(at + 1).trim(), place);
  const fault = secretFault(value);
  if (fault !== null) throw new Error(`${place}: ${name} ${fault}`);
  return value;
}

function unquoted(text: string, place: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    throw new Error(
      `${place}: the value begins with a quote; it must be a JSON text then, with \\" and \\n inside`,
    );
  }
}
