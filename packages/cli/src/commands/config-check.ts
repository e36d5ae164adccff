import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-status.ts';
import { type Command, type Runner, withExamples } from './command.ts';

export function declare(command: Command, run: Runner): void {
  const check = command
    .command('check')
    .description('Say whether a configuration file of errand up is right, and the files that it names.')
    .argument('[file]', 'the file', 'errand.yaml')
    .action(run(act));
  withExamples(check, [['errand config check errand.yaml', 'every fault with its place']]);
}

async function act(cli: Cli, file: string): Promise<number> {
  const { checkConfigAt } = await import('../server/config-file.ts');
  await checkConfigAt(file);
  await cli.stdout.line(`${file} is right.`);
  return EXIT.ok;
}
