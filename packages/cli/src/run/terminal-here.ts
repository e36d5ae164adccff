import type { Errand } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import type { RunConfig } from './run-config.ts';
import { submitHere } from './run-here.ts';
import { terminalSize } from './run-on-server.ts';
import { attemptId, startHere } from './start-here.ts';
import { type TerminalLine, watchInTerminal } from './terminal.ts';

/** As `runHere`, with a terminal of the keeper's: what is typed goes to the keeper directly. */
export async function runHereInTerminal(cli: Cli, errand: Errand, config: RunConfig): Promise<number> {
  const { InputFeed } = await import('@errand/agent/keeper');
  let line: TerminalLine | undefined;
  const submit = async () => {
    const run = await submitHere(errand, config);
    const how = { stdin: 'stream', tty: terminalSize() } as const;
    const keeper = await startHere(cli.environment, { errand, run, config, how });
    const id = attemptId(run);
    const feed = new InputFeed(keeper, id);
    line = {
      write: (bytes) => feed.write(bytes),
      resize: (size) => keeper.resize(id, size),
    };
    return run;
  };
  return await watchInTerminal(cli, submit, { output: config.output, lineOf: () => line });
}
