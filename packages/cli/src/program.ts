import { Command } from 'commander';
import type { Cli } from './cli.ts';
import type { Runner } from './commands/command.ts';
import { COMMANDS } from './commands/index.ts';
import { VERSION_LINE } from './version.ts';

const USAGE_ENDS = `
Without a server named, commands run on this machine and their history is kept in a data folder of yours
(ERRAND_DATA, else $XDG_STATE_HOME/errand). ERRAND_URL and ERRAND_KEY, or errand login, choose a server instead.

Exit status: the command's own; 128+n after signal n, 127 not found, 126 not executable, 124 timed out,
130 canceled, 125 errand itself failed.

errand help COMMAND shows options and examples.`;

/** Parses an argument vector, does what it asks for, and answers the exit status. */
export async function runProgram(argv: readonly string[], cli: Cli): Promise<number> {
  let status = 0;
  const run: Runner =
    (act) =>
    async (...parsed) => {
      status = await act(cli, ...parsed);
    };
  const program = await createProgram(argv, run);
  await program.parseAsync(helpOfSubcommand(argv, program), { from: 'user' });
  return status;
}

/**
 * `help key new` is `key help new`: Commander’s own help stops at the first word, and would show the help of `key`. What is no command is left to
 * be refused as one; its help would be that of all.
 */
function helpOfSubcommand([first, name, ...rest]: readonly string[], program: Command): string[] {
  const words = [first, name, ...rest].filter((word) => word !== undefined);
  if (first !== 'help' || name === undefined || name === 'help' || name.startsWith('-')) return words;
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) return [name];
  const [sub] = rest;
  if (sub === undefined || command.commands.length === 0) return words;
  return command.commands.some((each) => each.name() === sub) ? [name, 'help', ...rest] : [name, sub];
}

/** The whole command line; where the arguments name a command only that one, for making the others takes longer than most calls. */
export async function createProgram(argv: readonly string[], run: Runner): Promise<Command> {
  const program = new Command('errand')
    .description('Run a command anywhere, watch it live, leave nothing running.')
    .version(VERSION_LINE, '-V, --version', 'print the version')
    .addHelpText('after', USAGE_ENDS)
    .enablePositionalOptions()
    .showHelpAfterError('(errand --help shows what there is)')
    .exitOverride();
  const wanted = argv[0] === 'help' ? argv[1] : argv[0];
  const known = wanted !== undefined && Object.hasOwn(COMMANDS, wanted);
  for (const [name, { summary, hidden = false, load }] of Object.entries(COMMANDS)) {
    if (known && name !== wanted) continue;
    const command = program.command(name, { hidden }).description(sentence(summary)).summary(summary);
    command.showHelpAfterError(`(errand ${name} --help shows how)`);
    if (name === wanted) (await load()).declare(command, run);
    for (const sub of command.commands)
      sub.showHelpAfterError(`(errand ${name} ${sub.name()} --help shows how)`);
  }
  return program;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
