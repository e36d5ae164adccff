import { createCli } from './cli.ts';
import { readEnvironment } from './config.ts';
import { failure } from './failure.ts';
import { Output } from './output/output.ts';
import { runProgram } from './program.ts';

const stderr = new Output(2);
const cli = createCli(readEnvironment(), new Output(1), stderr);

/** The one place that ends the process; commands answer an exit status. */
process.exit(
  await runProgram(process.argv.slice(2), cli).catch(async (error: unknown) => {
    const { status, text } = failure(error);
    if (text !== '') await stderr.write(text).catch(() => undefined);
    return status;
  }),
);
