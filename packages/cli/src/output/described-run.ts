import type { Run } from '@errand/sdk';
import { commandText } from './plain-text.ts';

/** What a run executes, in one line. */
export function describedRun({ script, shell, command }: Run): string {
  if (script === null) return shell ?? commandText(command ?? []);
  const args = Object.entries(script.args).flatMap(([name, value]) => [
    `--${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return commandText([script.name, ...args, ...script.secretArgs.map((name) => `--${name}=...`)]);
}
