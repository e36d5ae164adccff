import type { WindowOrder } from '@errand/contract';
import { ErrandError, type Notifier, type RunStore } from '@errand/core';
import { type Actor, checkTouches } from '../actor.ts';
import { topics } from '../topics.ts';

/** New sizes of terminals on their way to agents. Kept in memory: a size that is lost is sent again by the next resize. */
export class PendingWindows {
  readonly #byAgent = new Map<string, Map<string, WindowOrder>>();

  put(agentId: string, order: WindowOrder): void {
    const orders = this.#byAgent.get(agentId) ?? new Map<string, WindowOrder>();
    this.#byAgent.set(agentId, orders.set(order.runId, order));
  }

  /** Those for an agent, which are then no longer pending. */
  take(agentId: string): WindowOrder[] {
    const orders = [...(this.#byAgent.get(agentId)?.values() ?? [])];
    this.#byAgent.delete(agentId);
    return orders;
  }
}

export interface ResizeTerminalParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly windows: Pick<PendingWindows, 'put'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
}

/** Tells the agent of a run with a terminal how large the terminal is now. */
export async function resizeTerminal(
  { runs, windows, notifier }: ResizeTerminalParts,
  { actor, runId }: { readonly actor: Actor; readonly runId: string },
  size: { readonly rows: number; readonly columns: number },
): Promise<void> {
  const run = await runs.get(runId);
  checkTouches(actor, run?.owner, 'run');
  if (run?.spec.tty == null) throw new ErrandError('conflict', 'this run has no terminal');
  if (run.attempt === null || run.state === 'finished') return;
  const { agentId, token } = run.attempt;
  windows.put(agentId, { runId, token, ...size });
  notifier.pulse(topics.agent(agentId));
}
