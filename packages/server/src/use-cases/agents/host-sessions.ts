import type { SessionsAnswer, SessionsRequest } from '@errand/contract';
import type { Clock, Notifier } from '@errand/core';
import type { SessionHosts } from '../sessions/session-hosts.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import { AGENT_POLICY } from './policy.ts';

export interface HostSessionsParts {
  readonly hosts: SessionHosts;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** An agent says what it has of sessions; answers as soon as there is an order, at the latest after `waitMs`. */
export async function hostSessions(
  parts: HostSessionsParts,
  agentId: string,
  { done, sessions, waitMs, signal }: SessionsRequest & { readonly signal: AbortSignal },
): Promise<SessionsAnswer> {
  const { hosts } = parts;
  hosts.heard(agentId, done, sessions);
  const look = async (): Promise<SessionsAnswer | null> => {
    const orders = hosts.orders(agentId);
    return orders.length > 0 ? { orders } : null;
  };
  const waiting = { look, waitMs: Math.min(waitMs, AGENT_POLICY.pollIdleMs), signal };
  const answer = await hosts.asking(agentId, () =>
    waitFor(parts, { topics: [topics.sessionOrders(agentId)], ...waiting }),
  );
  return answer ?? { orders: [] };
}
