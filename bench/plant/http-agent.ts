import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from '../workers/api.ts';
import { REPOSITORY, type Server } from './server.ts';
import { endChild } from './until-line.ts';

const AGENT = join(REPOSITORY, 'packages/agent/src/main.ts');

/** An agent in a process of its own that serves a pool over HTTP, as one on another machine would. */
export interface HttpAgent extends AsyncDisposable {
  readonly pool: string;
  readonly data: string;
}

/** Slots of each: more than the rows ever have running at once. */
const SLOTS = 128;

/** `count` of them in one pool, each in a process of its own. */
export async function startHttpAgents(server: Server, folder: string, count: number): Promise<HttpAgent> {
  await using started = new AsyncDisposableStack();
  const pool = 'several';
  for (let index = 0; index < count; index += 1) {
    started.use(await startHttpAgent(server, folder, { pool, name: `agent-${index}` }));
  }
  const all = started.move();
  return { pool, data: folder, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

export async function startHttpAgent(
  server: Server,
  folder: string,
  { pool, name } = { pool: 'elsewhere', name: 'bench' },
): Promise<HttpAgent> {
  const data = mkdtempSync(join(folder, 'agent-'));
  using api = new Api(server);
  const { token } = await api.json<{ token: string }>('POST', `/v1/pools/${pool}/tokens`, {});
  const about = ['--name', name, '--slots', String(SLOTS)];
  const args = [AGENT, '--url', server.url, '--token', token, '--data', data, ...about];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-4_000);
  });
  const died = new Promise<never>((_, reject) => {
    child.once('close', (code) => reject(new Error(`the agent ended with ${code}: ${complaint}`)));
  });
  await Promise.race([died, untilOnline(api, { pool, name })]);
  died.catch(() => undefined);
  return { pool, data, [Symbol.asyncDispose]: () => endChild(child) };
}

interface AgentAnswer {
  readonly name: string;
  readonly pool: string;
  readonly online: boolean;
  readonly slots: number;
}

async function untilOnline(api: Api, { pool, name }: Pick<AgentAnswer, 'pool' | 'name'>): Promise<void> {
  const isIt = (agent: AgentAnswer): boolean => agent.pool === pool && agent.name === name;
  for (;;) {
    const { agents } = await api.json<{ agents: AgentAnswer[] }>('GET', '/v1/agents');
    if (agents.some((agent) => isIt(agent) && agent.online && agent.slots > 0)) return;
    await sleep(20);
  }
}
