import { CliError } from '../cli-error.ts';

/** `--label gpu=a100`, repeated. Throws a sentence for what is none. */
export function labelsOf(label: readonly string[] = []): Record<string, string> {
  const pairs = label.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 1) throw new CliError(`--label takes KEY=VALUE, not ${text}`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
