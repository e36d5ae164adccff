import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-status.ts';
import { type Command, type Runner, withExamples } from './command.ts';

export function declare(command: Command, run: Runner): void {
  const check = command
    .command('check')
    .description('Say whether a configuration file of errand up is right.')
    .argument('[file]', 'the file', 'errand.yaml')
    .action(run(act));
  withExamples(check, [['errand config check errand.yaml', 'every fault with its place']]);
}

async function act(cli: Cli, file: string): Promise<number> {
  const { readConfigFile, requireScriptFolder } = await import('@errand/server');
  try {
    const { scripts } = readConfigFile(file);
    if (scripts !== undefined) requireScriptFolder(scripts);
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  await cli.stdout.line(`${file} is right.`);
  return EXIT.ok;
}
