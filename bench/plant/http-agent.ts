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

export async function startHttpAgent(server: Server, folder: string): Promise<HttpAgent> {
  const pool = 'elsewhere';
  const data = mkdtempSync(join(folder, 'agent-'));
  using api = new Api(server);
  const { token } = await api.json<{ token: string }>('POST', `/v1/pools/${pool}/tokens`, {});
  const args = [AGENT, '--url', server.url, '--token', token, '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-4_000);
  });
  const died = new Promise<never>((_, reject) => {
    child.once('close', (code) => reject(new Error(`the agent ended with ${code}: ${complaint}`)));
  });
  await Promise.race([died, untilOnline(api, pool)]);
  died.catch(() => undefined);
  return { pool, data, [Symbol.asyncDispose]: () => endChild(child) };
}

async function untilOnline(api: Api, pool: string): Promise<void> {
  for (;;) {
    const { agents } = await api.json<{ agents: { pool: string; online: boolean; slots: number }[] }>(
      'GET',
      '/v1/agents',
    );
    if (agents.some((agent) => agent.pool === pool && agent.online && agent.slots > 0)) return;
    await sleep(20);
  }
}
