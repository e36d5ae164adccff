import { setFlagsFromString } from 'node:v8';
import { createCli } from './cli.ts';
import { readEnvironment } from './config.ts';
import { failure } from './failure.ts';
import { Output } from './output/output.ts';
import { runProgram } from './program.ts';

// A thread that compiles may wait for the main one to collect garbage while that, in `process.exit`, waits for the thread: such a process never
// ends (https://github.com/nodejs/node/issues/54918). So none compiles beside it; the start takes as long as before.
setFlagsFromString('--no-concurrent-sparkplug');

const environment = readEnvironment();
const { TERM: term } = environment.variables;
const stderr = new Output(2, term);
const cli = createCli(environment, new Output(1, term), stderr);

/** The one place that ends the process; commands answer an exit status. */
process.exit(
  await runProgram(process.argv.slice(2), cli).catch(async (error: unknown) => {
    const { status, text } = failure(error);
    if (text !== '') await stderr.write(text).catch(() => undefined);
    return status;
  }),
);
