import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-status.ts';
import { CONFIG_FILE, readConfig } from '../server/config-file.ts';
import { type Command, type Runner, withExamples, withJson } from './command.ts';

interface DeployOptions {
  readonly function: string;
  readonly role?: string;
  readonly arch?: string;
  readonly timeout?: string;
  readonly memory?: string;
  readonly failures?: string;
  readonly config?: string;
  readonly json?: true;
}

const ARCHITECTURES = ['arm64', 'x86_64'] as const;
const TIMEOUT = { min: 30, max: 900 };
const MEMORY = { min: 128, max: 10_240 };

export function declare(command: Command, run: Runner): void {
  const deploy = command
    .command('deploy-worker')
    .description(
      'Publish the function that executes one run of a pool for each invocation, as whoever the standard chain of credentials says; a repeat updates it, and leaves as it is what is not named.',
    )
    .option('--function <name>', 'its name', 'errand-worker')
    .option('--role <name>', 'name or ARN of the role that it works as; needed the first time')
    .option('--arch <name>', `${ARCHITECTURES.join(' or ')} (arm64)`)
    .option('--timeout <seconds>', 'what one run may take, with the telling of its end (900)')
    .option('--memory <mb>', 'processors come with it, one for 1769 (1024)')
    .option('--failures <arn>', 'SQS queue in which Lambda says which invocations failed')
    .option('--config <file>', `where \`aws:\` says region and endpoint (${CONFIG_FILE}, if there is one)`)
    .action(run(act));
  withJson(deploy);
  withExamples(deploy, [
    ['errand aws deploy-worker --role errand-worker', 'the first time'],
    ['errand aws deploy-worker', 'the code of this version, after an update'],
    ['errand aws deploy-worker --function big --memory 8192 --role ...', 'another one beside it'],
  ]);
}

async function act(cli: Cli, options: DeployOptions): Promise<number> {
  const { deployWorkerTo, awsSettings } = await import('@errand/server');
  const { agentFolder } = await import('../server/agent-folder.ts');
  const architecture = ARCHITECTURES.find((each) => each === options.arch);
  if (architecture === undefined && options.arch !== undefined)
    throw new CliError(`--arch ${options.arch}: give ${ARCHITECTURES.join(' or ')}`);
  const wish = {
    function: options.function,
    role: options.role,
    architecture,
    timeout: numberOf('--timeout', options.timeout, TIMEOUT),
    memory: numberOf('--memory', options.memory, MEMORY),
    failures: options.failures,
  };
  const settings = awsSettings((await readConfig(options.config)).aws);
  const made = await deployWorkerTo({ aws: settings, wish: { ...wish, folder: await agentFolder()() } });
  if (options.json === true) await cli.stdout.line(JSON.stringify(made));
  else {
    await cli.stdout.line(`${made.arn} was ${made.made}.`);
    await cli.stderr.line('How runs get there: docs/guide.md, Runs on Lambda.');
  }
  return EXIT.ok;
}

function numberOf(
  flag: string,
  text: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new CliError(`${flag} ${text}: give a whole number from ${min} to ${max}`);
}
