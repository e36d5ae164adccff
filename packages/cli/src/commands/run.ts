import { resolve } from 'node:path';
import type { Cli } from '../cli.ts';
import { printDetached } from '../run/print-detached.ts';
import { type RunConfig, type RunOptions, runConfig } from '../run/run-config.ts';
import { sendsInput, submitToServer } from '../run/run-on-server.ts';
import { typedWarning } from '../run/secret-values.ts';
import { sendInput } from '../run/send-input.ts';
import { watchRun } from '../run/watch-run.ts';
import { type Command, collect, type Runner, withExamples, withJson, withPlace } from './command.ts';

export function declare(command: Command, run: Runner): void {
  command
    .argument('<command...>', 'program and arguments; everything behind them is theirs')
    .usage('[options] [--] <command...>')
    .passThroughOptions()
    .option('--shell', 'the command is one text for sh -c')
    .option('--pool <name>', 'pool whose agents take it (ERRAND_POOL, else local: this machine’s)')
    .option('--agent <id>', 'id or name of the one agent that may take it')
    .option('--session <id>', 'run it in this session (id, name or subdomain)')
    .option('--timeout <time>', 'end the command after this long, such as 2s, 1.5h (exit status 124)')
    .option('--queue-timeout <time>', 'give up when no agent takes it within this (24h)')
    .option('--grace <time>', 'between the signal and the kill when the run is ended (10s)')
    .option(
      '-e, --env <name=value>',
      'set a variable; NAME alone takes its value from here; repeatable',
      collect,
    )
    .option(
      '--secret-env <name>',
      'set a variable to its value here, or NAME=@FILE to what a file holds: never shown, masked in the output; repeatable',
      collect,
    )
    .option('--cwd <dir>', 'folder to run in')
    .option('--name <text>', 'name of the run')
    .option('--tag <text>', 'tag of the run; repeatable', collect)
    .option('--priority <n>', 'higher goes first within its pool (0)')
    .option('--retry <n>', 'try up to n more times when it fails')
    .option('-d, --detach', 'print the id and return at once')
    .option('-t, --tty', 'give the command a terminal; Enter ~ . stops watching')
    .option('-n, --no-input', 'give the command no standard input')
    .option('--stdin', 'send standard input even when it is a terminal')
    .option('--merge', 'both streams to stdout, in order of arrival');
  withFiles(command);
  withTurns(command);
  withPlace(withJson(command)).action(run(actRun));
  command.addHelpText('after', NOTES);
  withExamples(command, [
    ['errand run -- make -j4', 'the command’s output, live, and its exit status'],
    ['errand run --timeout 2s -- sleep 60', 'exit status 124'],
    ['errand run --shell "ls | wc -l"', 'a text for the shell'],
    ['tar c . | errand run -- tar t', 'input is piped through'],
    ['errand run --secret-env TOKEN -- ./deploy', 'its value here is passed on and masked in the output'],
    ['errand run --session web -- ls', 'in a session, with its folder and variables'],
    ['errand run --pool lab --all --at-once 10 -- uptime', 'on every agent, a table at the end'],
    ['errand run --pool lab --label gpu=a100 -- ./train', 'on an agent that has the label'],
    ['errand run --pool lab --concurrency-key deploy -- ./deploy', 'one after the other'],
    ['errand run --artifact "out/*.csv" -- ./simulate', 'errand artifacts ID lists what it made'],
    ['errand run -d --name nightly -- ./backup', 'prints an id; errand logs -f shows it later'],
  ]);
}

/** What stays of it. */
function withFiles(command: Command): void {
  command
    .option('--max-log <size>', 'keep at most this much output, such as 64MiB (2GB)')
    .option('--keep-children', 'do not end what the command leaves running')
    .option(
      '--artifact <pattern>',
      'keep the files that it means when the command has ended, such as "out/*.txt"; repeatable',
      collect,
    );
}

/** Who may take it, and after whom. */
function withTurns(command: Command): void {
  command
    .option('--label <key=value>', 'only an agent with this label may take it; repeatable', collect)
    .option('--all', 'on every agent of the pool (with the labels): one run each')
    .option('--at-once <n>', 'with --all: on so many at once')
    .option('--max-failures <n>', 'with --all: when more than n have failed, begin no other')
    .option('--concurrency-key <text>', 'runs with this key wait for each other')
    .option('--concurrency <n>', 'how many of them may run at once (1)');
}

const NOTES = `
Where it runs: without a server this command line starts the command itself, which inherits everything: folder,
environment, limits, standard input. With a server, with another pool, with --agent or --retry an agent starts it
with the environment that pool and options give.

Standard input: a pipe or a file is passed to the command. A terminal is too where the command is started here; to a
server it is not sent, unless --stdin or --tty asks for it.

Ctrl-C (also TERM, HUP) ends the run: the first signals its whole process tree and kills it after the grace, the
second kills now, the third stops watching. When nobody reads our stdout any more (errand run ... | head -1), the run
is ended with TERM and the exit status is 141, as in a pipeline of local programs. A lost connection or a killed
errand leaves the run going: errand logs -f ID comes back to it.

--json prints the run when it has ended; the command’s own output goes to stderr then.`;

/** Runs a command as the options say and watches it; answers its exit status. */
export async function actRun(cli: Cli, command: readonly string[], options: RunOptions): Promise<number> {
  const { variables, pool } = cli.environment;
  const usual = pool === undefined || options.session !== undefined ? {} : { pool };
  const asked = runConfig(command, { ...usual, ...options }, variables);
  for (const name of asked.secretEnv.typed) await cli.stderr.line(`errand: ${typedWarning(name)}`);
  const { errand, place } = await cli.connect(options);
  const config =
    place.kind === 'folder' && onThisMachine(asked) ? { ...asked, cwd: resolve(asked.cwd ?? '.') } : asked;
  if (config.all !== undefined) {
    const { checkGroupOptions, runGroup } = await import('../group/run-group.ts');
    checkGroupOptions(config);
    return await runGroup(cli, errand, config);
  }
  if (place.kind === 'folder' && startsHere(config)) {
    const { runHere } = await import('../run/run-here.ts');
    return await runHere(cli, errand, config);
  }
  if (config.detach) return await printDetached(cli, await submitToServer(errand, config), config);
  if (config.tty) {
    const { runInTerminal } = await import('../run/terminal.ts');
    return await runInTerminal(cli, errand, config);
  }
  const feed = sendsInput(config) ? sendInput : undefined;
  return await watchRun(cli, () => submitToServer(errand, config), { output: config.output, feed });
}

function onThisMachine({ request }: RunConfig): boolean {
  return request.session === undefined && (request.pool ?? 'local') === 'local';
}

/**
 * Without a server this command line starts the command itself, so that it inherits everything. Not where another
 * machine was asked for, and not where it may have to wait, or to be started a second time (--retry).
 */
function startsHere(config: RunConfig): boolean {
  const { agent, retry, labels, concurrencyKey } = config.request;
  const waits = [agent, retry, labels, concurrencyKey].some((given) => given !== undefined);
  return onThisMachine(config) && !waits;
}
