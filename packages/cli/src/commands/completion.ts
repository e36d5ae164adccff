import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { completionScript, SHELLS } from '../completion/script.ts';
import { EXIT } from '../exit-status.ts';
import { type Command, type Runner, withExamples } from './command.ts';

export function declare(command: Command, run: Runner): void {
  command.argument('<shell>', SHELLS.join(', ')).action(run(act));
  withExamples(command, [
    ['source <(errand completion bash)', 'in ~/.bashrc'],
    ['source <(errand completion zsh)', 'in ~/.zshrc, after compinit'],
    ['errand completion fish | source', 'in ~/.config/fish/config.fish'],
  ]);
}

async function act(cli: Cli, shell: string): Promise<number> {
  const known = SHELLS.find((each) => each === shell);
  if (known === undefined)
    throw new CliError(`there is no completion for ${shell}; there is for ${SHELLS.join(', ')}`);
  const { describeCommands } = await import('../completion/describe.ts');
  await cli.stdout.write(completionScript(known, await describeCommands()));
  return EXIT.ok;
}
