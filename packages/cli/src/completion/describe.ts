import { Command } from 'commander';
import { COMMANDS } from '../commands/index.ts';

/** A command as a completion script knows it: `key new` has the path ['key', 'new']. */
export interface CommandDescription {
  readonly path: readonly string[];
  readonly summary: string;
  /** The help leaves it out: an old name. */
  readonly hidden: boolean;
  /** `--json`, `-n`: what may be typed. */
  readonly flags: readonly string[];
  readonly subcommands: readonly string[];
}

/** Everything that can be completed, taken from the commands themselves. */
export async function describeCommands(): Promise<readonly CommandDescription[]> {
  const all: CommandDescription[] = [];
  for (const [name, { summary, hidden = false, load }] of Object.entries(COMMANDS)) {
    const command = new Command(name).enablePositionalOptions().summary(summary);
    (await load()).declare(command, () => async () => undefined);
    all.push({ ...describe([name], command), hidden });
    for (const sub of command.commands) all.push({ ...describe([name, sub.name()], sub), hidden });
  }
  return all;
}

function describe(path: readonly string[], command: Command): Omit<CommandDescription, 'hidden'> {
  return {
    path,
    summary: command.summary() || command.description(),
    flags: [...command.options.flatMap(({ short, long }) => [long, short]), '--help'].filter(
      (flag) => flag !== undefined && flag !== null,
    ),
    subcommands: command.commands.map((sub) => sub.name()),
  };
}
