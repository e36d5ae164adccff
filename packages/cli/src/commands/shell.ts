import type { Cli } from '../cli.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { runConfig } from '../run/run-config.ts';
import { type Command, idOf, type Runner, withExamples, withPlace } from './command.ts';

export function declare(command: Command, run: Runner): void {
  command
    .argument('<session>', 'id, name or subdomain of the session', idOf)
    .argument('[program...]', 'the shell (bash where there is one, else sh)')
    .passThroughOptions();
  withPlace(command).action(run(act));
  withExamples(command, [
    ['errand shell web', 'a login shell in its folder; Enter ~ . leaves it running'],
    ['errand shell web python3', 'any program that wants a terminal'],
  ]);
}

/** Which of the two there is shows only over there. */
const SHELL = 'if command -v bash > /dev/null; then exec bash -l; else exec sh -l; fi';

async function act(
  cli: Cli,
  session: string,
  program: readonly string[],
  place: PlaceFlags,
): Promise<number> {
  const own = program[0] === '--' ? program.slice(1) : program;
  const command = own.length === 0 ? ['sh', '-c', SHELL] : own;
  const config = runConfig(command, { session, tty: true, name: 'shell' }, cli.environment.variables);
  const { errand } = await cli.connect(place);
  const { runInTerminal } = await import('../run/terminal.ts');
  return await runInTerminal(cli, errand, config);
}
