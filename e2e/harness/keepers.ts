import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LocalKeepers, socketFolder } from '@errand/agent';
import { KeeperClient, keeperBinary } from '@errand/agent/keeper';
import { signalIfAlive } from '../../scripts/signal-if-alive.ts';
import { processesWith } from './processes.ts';
import { until } from './until.ts';

export interface KeeperPlaces {
  /** Data folders of agents. */
  readonly agents: readonly string[];
  /** Folder with the sockets of keepers that command lines started. */
  readonly sockets: string;
}

/** Keepers outlive everybody: ends the commands they keep, then themselves, then the watchdogs of sessions. */
export async function endKeepers({ agents, sockets }: KeeperPlaces): Promise<void> {
  const own = agents.filter(existsSync).map(keeperSocket);
  const others = existsSync(sockets) ? readdirSync(sockets).map((name) => join(sockets, name)) : [];
  for (const path of [...own, ...others]) {
    const keeper = await KeeperClient.connect(path).catch(() => null);
    if (keeper === null) continue;
    for (const { id } of await keeper.list()) keeper.kill(id, { signal: 9, graceMs: 0, cause: 'canceled' });
    await until(
      async () => (await keeper.list()).every(({ state }) => state === 'ended'),
      `the end of ${path}`,
    );
    signalIfAlive(keeper.pid, 'SIGKILL');
    await keeper.closed;
  }
  for (const agent of agents) endWatchdog(join(agent, 'sessions'));
}

/** It would look after sessions for as long as their last lease, also where the folder is gone. */
function endWatchdog(sessions: string): void {
  if (!existsSync(sessions)) return;
  for (const pid of processesWith(sessions)) signalIfAlive(pid, 'SIGKILL');
}

/** Where the keeper of an agent with this data folder listens. */
export function keeperSocket(agent: string): string {
  return new LocalKeepers({ binary: keeperBinary() ?? '', sockets: socketFolder(), data: agent }).own;
}
