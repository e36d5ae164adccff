import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLink } from '@errand/contract';
import { signalIfAlive } from '../../../scripts/signal-if-alive.ts';
import type { Agent } from '../src/agent.ts';
import { KeeperClient } from '../src/keeper/client.ts';
import { createLocalAgent, type LocalAgentOptions } from '../src/local-agent.ts';
import type { Logger } from '../src/ports.ts';

const silent: Logger = { info: () => {}, warn: () => {} };

/** A machine for tests: a data folder with agents and keepers, all of which end with it. */
export class TestPlace implements AsyncDisposable {
  /** Short, for it holds the sockets. */
  readonly folder = mkdtempSync('/tmp/errand-agent-');
  readonly data = join(this.folder, 'data');
  readonly #agents: Agent[] = [];

  agent(link: AgentLink, more: Partial<LocalAgentOptions> = {}): Agent {
    const agent = createLocalAgent({
      link,
      data: this.data,
      name: 'test',
      program: '0',
      slots: 8,
      sockets: join(this.folder, 's'),
      log: silent,
      ...more,
    });
    this.#agents.push(agent);
    return agent;
  }

  get keeperSockets(): string[] {
    const folder = join(this.folder, 's');
    try {
      return readdirSync(folder)
        .filter((name) => name.startsWith('keeper-'))
        .map((name) => join(folder, name));
    } catch {
      return [];
    }
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  childrenOf(pid: number): number[] {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  }

  /** What a command has written to a file of this name in the folder of this place. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Pids of the keepers that are alive. */
  async keepers(): Promise<number[]> {
    const clients = await Promise.all(
      this.keeperSockets.map((socket) => KeeperClient.connect(socket).catch(() => null)),
    );
    const pids = clients.flatMap((client) => client?.pid ?? []);
    await Promise.all(clients.map(async (client) => client?.close()));
    return pids;
  }

  get spool(): string[] {
    return readdirSync(join(this.data, 'spool'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    for (const pid of await this.keepers()) signalIfAlive(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
