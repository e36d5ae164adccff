import type { RunCreateInput } from '@errand/sdk';
import { CliError } from '../cli-error.ts';
import { labelsOf } from '../commands/labels.ts';
import { type SecretValues, secretValues } from './secret-values.ts';

/** Options of `errand run` as they were typed. */
export interface RunOptions {
  readonly pool?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly timeout?: string;
  readonly queueTimeout?: string;
  readonly grace?: string;
  readonly env?: readonly string[];
  readonly secretEnv?: readonly string[];
  readonly cwd?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly priority?: string;
  readonly label?: readonly string[];
  readonly concurrencyKey?: string;
  readonly concurrency?: string;
  readonly all?: boolean;
  readonly atOnce?: string;
  readonly maxFailures?: string;
  readonly maxLog?: string;
  readonly retry?: string;
  readonly keepChildren?: boolean;
  readonly artifact?: readonly string[];
  readonly shell?: boolean;
  readonly tty?: boolean;
  readonly stdin?: boolean;
  readonly input?: boolean;
  readonly detach?: boolean;
  readonly merge?: boolean;
  readonly json?: boolean;
  readonly url?: string;
  readonly data?: string;
}

/** What `errand run` was asked to do. */
export interface RunConfig {
  /** What goes to the API, but for what depends on where the run goes. */
  readonly request: Readonly<RunCreateInput>;
  readonly env: Readonly<Record<string, string>>;
  readonly secretEnv: SecretValues;
  readonly cwd: string | undefined;
  /** auto: a pipe or file, but no terminal. always: a terminal too. never: nothing. */
  readonly stdin: 'auto' | 'always' | 'never';
  readonly tty: boolean;
  readonly detach: boolean;
  readonly output: 'split' | 'merge' | 'json';
  /** One run on each agent of the pool. */
  readonly all: { readonly atOnce: number | undefined; readonly maxFailures: number | undefined } | undefined;
}

/** Checks what only the command line knows; what the API checks is left to it. */
export function runConfig(
  command: readonly string[],
  options: RunOptions,
  variables: Readonly<Record<string, string>>,
): RunConfig {
  if (options.stdin === true && options.input === false)
    throw new CliError('--stdin and -n contradict each other');
  if (options.tty === true && options.detach === true)
    throw new CliError('--tty needs somebody at the terminal; it does not go with --detach');
  if (options.session !== undefined && (options.pool ?? options.agent) !== undefined)
    throw new CliError('--session decides pool and agent; leave --pool and --agent out');
  const all = allOf(options);
  return {
    all,
    request: { ...commandOf(command, options), ...settingsOf(options) },
    env: pairsOf('--env', options.env, variables),
    secretEnv: secretValues(options.secretEnv, variables),
    cwd: options.cwd,
    stdin: options.input === false ? 'never' : options.stdin === true ? 'always' : 'auto',
    tty: options.tty === true,
    detach: options.detach === true,
    output: options.json === true ? 'json' : options.merge === true ? 'merge' : 'split',
  };
}

function commandOf(
  command: readonly string[],
  { shell }: RunOptions,
): Pick<RunCreateInput, 'command' | 'shell'> {
  if (shell !== true) return { command: [...command] };
  const [text, ...more] = command;
  if (text === undefined || more.length > 0)
    throw new CliError(`--shell takes one text, but ${command.length} arguments came; put it into quotes`);
  return { shell: text };
}

function settingsOf(options: RunOptions): Omit<RunCreateInput, 'command' | 'shell'> {
  const settings = {
    pool: options.pool,
    agent: options.agent,
    session: options.session,
    timeout: options.timeout,
    queueTimeout: options.queueTimeout,
    grace: options.grace,
    maxLog: options.maxLog,
    name: options.name,
    tags: options.tag === undefined ? undefined : [...options.tag],
    keepChildren: options.keepChildren,
    artifacts: options.artifact === undefined ? undefined : [...options.artifact],
    priority: numberOf('--priority', options.priority),
    labels: options.label === undefined ? undefined : labelsOf(options.label),
    concurrencyKey: options.concurrencyKey,
    concurrency: numberOf('--concurrency', options.concurrency),
    retry: retryOf(options.retry),
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function allOf({ all, atOnce, maxFailures }: RunOptions): RunConfig['all'] {
  if (all !== true && (atOnce !== undefined || maxFailures !== undefined))
    throw new CliError('--at-once and --max-failures are for --all');
  if (all !== true) return undefined;
  return { atOnce: numberOf('--at-once', atOnce), maxFailures: numberOf('--max-failures', maxFailures) };
}

function retryOf(text: string | undefined): RunCreateInput['retry'] {
  const more = numberOf('--retry', text);
  if (more !== undefined && more < 0) throw new CliError('--retry takes 0 or more');
  return more === undefined || more === 0 ? undefined : { attempts: more + 1 };
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d{1,9}$/.test(text)) throw new CliError(`${option} takes a whole number, not ${text}`);
  return Number(text);
}

/** `NAME=value`, or `NAME` alone for its value here. */
export function pairsOf(
  option: string,
  pairs: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const entries = pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    if (at === 0) throw new CliError(`${option} ${pair}: a name is missing before =`);
    if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
    const value = variables[pair];
    if (value === undefined)
      throw new CliError(`${option} ${pair}: there is no variable ${pair} here; give NAME=value`);
    return [pair, value];
  });
  return Object.fromEntries(entries);
}
