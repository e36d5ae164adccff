import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shippedKeeper } from './adapters/shipped-keeper.ts';
import { HOST_FLAG, runHostProgram } from './module-host/host-in-executable.ts';
import type { Logger } from './ports.ts';
import { PROGRAM } from './program.ts';
import { joinOnly, runAgent } from './run-agent.ts';
import type { TaskPlace } from './task/task-session.ts';

const HELP = `errand-agent --url URL [--token T] [--pool NAME] [--name TEXT] [--slots N] [--label K=V] [--data DIR]
             [--secrets FILE] [--scripts DIR] [--only-scripts] [--allow SCRIPT]
             [--session ID --beside SOCKET [--folder DIR]]

Serves a pool of an errand server from this machine, over outgoing calls alone. The token (better in
ERRAND_JOIN_TOKEN: every user sees arguments) comes from errand pool token and is needed the first time only.
--scripts offers the scripts of a folder; with --only-scripts nothing else is executed, but shipped ones that
--allow names. --session makes it the agent of one session in a task of containers: commands run beside it, started by the
keeper of SOCKET, and DIR is seen by both. --join joins and ends. INT or TERM ends the agent, not its commands; the next start goes on with them.
`;

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  pool: { type: 'string' },
  name: { type: 'string' },
  slots: { type: 'string', default: '64' },
  label: { type: 'string', multiple: true, default: [] as string[] },
  data: { type: 'string' },
  keeper: { type: 'string' },
  sockets: { type: 'string' },
  secrets: { type: 'string' },
  scripts: { type: 'string' },
  'only-scripts': { type: 'boolean', default: false },
  allow: { type: 'string', multiple: true, default: [] as string[] },
  session: { type: 'string' },
  beside: { type: 'string' },
  folder: { type: 'string', multiple: true, default: [] as string[] },
  join: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

const say =
  (level: string): Logger['info'] =>
  (message, fields) => {
    process.stderr.write(
      `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`,
    );
  };

if (process.argv[2] === HOST_FLAG) await runHostProgram(process.argv.slice(3));
else {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`errand agent: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 125;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return void process.stdout.write(HELP);
  if (values.version)
    return void process.stdout.write(`errand-agent ${PROGRAM} (Node ${process.versions.node})\n`);
  const url = values.url ?? process.env['ERRAND_URL'];
  if (url === undefined) throw new Error('say where the control plane is: --url or ERRAND_URL');
  // A token given as an argument can be seen by every user of the machine.
  const token = values.token ?? process.env['ERRAND_JOIN_TOKEN'];
  const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state');
  const data = values.data ?? join(state, 'errand-agent');
  const keeper = values.keeper ?? shippedKeeper(data);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  await (values.join ? joinOnly : runAgent)({
    url,
    ...(token === undefined ? {} : { token }),
    ...(values.pool === undefined ? {} : { pool: values.pool }),
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(keeper === undefined ? {} : { keeper }),
    ...(values.secrets === undefined ? {} : { secretsFile: values.secrets }),
    ...(values.scripts === undefined ? {} : { scripts: values.scripts }),
    onlyScripts: values['only-scripts'],
    allow: values.allow,
    ...(values.sockets === undefined ? {} : { sockets: values.sockets }),
    ...(values.session === undefined ? {} : { task: taskOf(values.session, values.beside, values.folder) }),
    slots: slotsOf(values.slots),
    labels: Object.fromEntries(values.label.map(labelOf)),
    data,
    program: PROGRAM,
    log: { info: say('info'), warn: say('warn') },
    signal: stop.signal,
  });
}

function taskOf(sessionId: string, socket: string | undefined, folders: readonly string[]): TaskPlace {
  if (socket === undefined)
    throw new Error('--session needs --beside: the socket of the keeper in the container beside');
  return { sessionId, socket, folders };
}

function slotsOf(text: string): number {
  const slots = Number(text);
  if (!Number.isInteger(slots) || slots < 1) throw new Error(`--slots ${text}: give a number from 1 on`);
  return slots;
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--label ${text}: give it as name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}
