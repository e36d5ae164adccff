import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-status.ts';
import { VERSION, VERSION_LINE } from '../version.ts';
import { type Command, type Runner, withJson } from './command.ts';

export function declare(command: Command, run: Runner): void {
  withJson(command).action(run(act));
}

async function act(cli: Cli, { json }: { readonly json?: boolean }): Promise<number> {
  const parts = { errand: VERSION, node: process.versions.node };
  await cli.stdout.line(json === true ? JSON.stringify(parts, null, 2) : VERSION_LINE);
  return EXIT.ok;
}
