import { createProgram } from '../src/program.ts';

/** The help that a command prints, 100 columns wide. */
export async function helpOf(path: readonly string[]): Promise<string> {
  const program = await createProgram(path, () => async () => undefined);
  let command = program;
  for (const name of path) {
    const next = command.commands.find((each) => each.name() === name);
    if (next === undefined) throw new Error(`there is no command ${path.join(' ')}`);
    command = next;
  }
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => 100 });
  command.outputHelp();
  return text;
}
