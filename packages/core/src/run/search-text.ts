import type { Command } from '../vocabulary/command.ts';
import type { RunRecord } from './record.ts';

/** Do all of these words stand in what people know a run by: its name, command, script with its arguments, and tags? Capitals do not matter. */
export function hasWords(run: Pick<RunRecord, 'name' | 'tags' | 'spec'>, words: readonly string[]): boolean {
  const text = searchText(run);
  return words.every((word) => text.includes(word.toLowerCase()));
}

function searchText({
  name,
  tags,
  spec: { command, script },
}: Pick<RunRecord, 'name' | 'tags' | 'spec'>): string {
  const call = script === null ? commandText(command) : `${script.name} ${JSON.stringify(script.args)}`;
  return [name ?? '', call, ...tags].join('\n').toLowerCase();
}

function commandText(command: Command): string {
  if (command.kind === 'argv') return command.argv.join(' ');
  return command.kind === 'shell' ? command.text : command.name;
}
