import type { SessionCreateInput } from '@errand/sdk';
import { CliError } from '../cli-error.ts';
import { pairsOf } from '../run/run-config.ts';
import { secretValues } from '../run/secret-values.ts';

/** Options of `errand session create` as they were typed. */
export interface CreateSessionOptions {
  readonly provider?: string;
  readonly template?: string;
  readonly param?: readonly string[];
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly owner?: string;
  readonly image?: string;
  readonly size?: string;
  readonly cpus?: string;
  readonly memory?: string;
  readonly env?: readonly string[];
  readonly secretEnv?: readonly string[];
  readonly port?: readonly string[];
  readonly volume?: readonly string[];
  readonly healthPath?: string;
  readonly healthBody?: string;
  readonly healthTcp?: string;
  readonly healthCommand?: string;
  readonly pool?: string;
  readonly agent?: string;
  readonly option?: readonly string[];
  readonly idle?: string;
  readonly unused?: string;
  readonly maxLife?: string;
  readonly lease?: string;
  readonly createTimeout?: string;
  readonly readyTimeout?: string;
  readonly shell?: boolean;
}

/** What goes to the API; what the API checks is left to it. */
export function sessionConfig(
  command: readonly string[],
  options: CreateSessionOptions,
  variables: Readonly<Record<string, string>>,
): SessionCreateInput {
  const settings = {
    provider: options.provider,
    template: options.template,
    params: options.param === undefined ? undefined : Object.fromEntries(options.param.map(valueOf)),
    name: options.name,
    tags: options.tag,
    owner: options.owner,
    image: options.image,
    size: options.size,
    cpus: options.cpus === undefined ? undefined : cpusOf(options.cpus),
    memory: options.memory,
    ...commandOf(command, options),
    env: options.env === undefined ? undefined : pairsOf('--env', options.env, variables),
    secretEnv:
      options.secretEnv === undefined ? undefined : secretValues(options.secretEnv, variables).values,
    ports: options.port?.map(portOf),
    volumes: options.volume?.map(volumeOf),
    health: healthOf(options),
    pool: options.pool,
    agent: options.agent,
    options: options.option === undefined ? undefined : Object.fromEntries(options.option.map(valueOf)),
    idle: options.idle,
    unused: options.unused,
    maxLife: options.maxLife,
    lease: options.lease,
    createTimeout: options.createTimeout,
    readyTimeout: options.readyTimeout,
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function commandOf(
  command: readonly string[],
  { shell }: CreateSessionOptions,
): Pick<SessionCreateInput, 'command' | 'shell'> {
  if (command.length === 0 && shell === true)
    throw new CliError('--shell takes one text; give it behind the options');
  if (command.length === 0) return {};
  if (shell !== true) return { command: [...command] };
  if (command.length > 1) throw new CliError('--shell takes one text; put it into quotes');
  return { shell: command[0] ?? '' };
}

/** Of `--cpus`; how many there may be is the server's to say. */
export function cpusOf(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new CliError(`--cpus takes a number such as 2 or 0.5, not ${text}`);
  return Number(text);
}

/** `NAME=VALUE`, where the value may be JSON. */
export function valueOf(pair: string): [string, unknown] {
  const at = pair.indexOf('=');
  if (at < 1) throw new CliError(`${pair} is not NAME=VALUE`);
  const text = pair.slice(at + 1);
  try {
    return [pair.slice(0, at), JSON.parse(text)];
  } catch {
    return [pair.slice(0, at), text];
  }
}

type PortWish = NonNullable<SessionCreateInput['ports']>[number];

/** `80`, `80@0.0.0.0`, `80@0.0.0.0:40000-65000`, `80:40000-65000`. */
function portOf(text: string): PortWish {
  const [, port, bind, from, to] = /^(\d+)(?:@([^:]+|\[[^\]]+\]))?(?::(\d+)-(\d+))?$/.exec(text) ?? [];
  if (port === undefined)
    throw new CliError(`--port takes 80, 80@ADDRESS or 80@ADDRESS:FROM-TO, not ${text}`);
  if (bind === undefined && from === undefined) return Number(port);
  return {
    port: Number(port),
    ...(bind === undefined ? {} : { bind: bind.replace(/[[\]]/g, '') }),
    ...(from === undefined ? {} : { range: [Number(from), Number(to)] }),
  };
}

function volumeOf(text: string): { name: string; path: string } {
  const at = text.indexOf(':');
  if (at < 1) throw new CliError(`--volume takes NAME:/PATH, not ${text}`);
  return { name: text.slice(0, at), path: text.slice(at + 1) };
}

function healthOf(options: CreateSessionOptions): SessionCreateInput['health'] {
  const { healthPath, healthBody, healthTcp, healthCommand } = options;
  if ([healthPath, healthTcp, healthCommand].filter((each) => each !== undefined).length > 1)
    throw new CliError('--health-path, --health-tcp and --health-command: give one of them');
  if (healthPath === undefined && healthBody !== undefined)
    throw new CliError('--health-body needs --health-path');
  if (healthTcp !== undefined) return { tcp: Number(healthTcp) };
  if (healthCommand !== undefined) return { command: ['/bin/sh', '-c', healthCommand] };
  if (healthPath === undefined) return undefined;
  return { path: healthPath, ...(healthBody === undefined ? {} : { body: healthBody }) };
}
