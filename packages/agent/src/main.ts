import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Logger } from './ports.ts';
import { runAgent } from './run-agent.ts';

/** Raised with each release of the agent's program. */
const PROGRAM = '0.1.0';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    pool: { type: 'string' },
    name: { type: 'string' },
    slots: { type: 'string', default: '64' },
    label: { type: 'string', multiple: true, default: [] },
    data: { type: 'string' },
    keeper: { type: 'string' },
    sockets: { type: 'string' },
    secrets: { type: 'string' },
  },
});

const say =
  (level: string): Logger['info'] =>
  (message, fields) => {
    process.stderr.write(
      `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`,
    );
  };

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

try {
  const url = values.url ?? process.env['ERRAND_URL'];
  if (url === undefined) throw new Error('say where the control plane is: --url or ERRAND_URL');
  // A token given as an argument can be seen by every user of the machine.
  const token = values.token ?? process.env['ERRAND_JOIN_TOKEN'];
  const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state');
  await runAgent({
    url,
    ...(token === undefined ? {} : { token }),
    ...(values.pool === undefined ? {} : { pool: values.pool }),
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values.keeper === undefined ? {} : { keeper: values.keeper }),
    ...(values.secrets === undefined ? {} : { secretsFile: values.secrets }),
    ...(values.sockets === undefined ? {} : { sockets: values.sockets }),
    slots: slotsOf(values.slots),
    labels: Object.fromEntries(values.label.map(labelOf)),
    data: values.data ?? join(state, 'errand-agent'),
    program: PROGRAM,
    log: { info: say('info'), warn: say('warn') },
    signal: stop.signal,
  });
} catch (error) {
  process.stderr.write(`errand agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 125;
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
