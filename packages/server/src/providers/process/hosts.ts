import type { HealthSpec } from '@errand/core';
import type { HostedByAgent } from '../by-agent/agent-ports.ts';

/** What this provider needs of the agents, as it is used here. */
export interface ProcessHosts {
  /** Wants something of a session on an agent; told to it with its next call, again until a report shows that it was taken. */
  want(agentId: string, wish: HostWish): void;
  /** Takes back a wish that was not taken yet. It may be on its way all the same. */
  withdraw(agentId: string, sessionId: string): void;
  /** What the agent said last; null: nothing yet since this control plane started. */
  report(agentId: string, sessionId: string): ReportedSession | null;
  /** Everything that any agent said last. */
  all(): readonly { readonly agentId: string; readonly hosted: Hosted }[];
  /** The pool that an agent serves; null: there is no such agent. */
  poolOf(agentId: string): Promise<string | null>;
}

export type HostWish =
  | {
      readonly kind: 'run';
      readonly sessionId: string;
      readonly key: string;
      readonly tag: string;
      readonly leaseMs: number;
      readonly ports: readonly { readonly port: number; readonly range: readonly [number, number] | null }[];
      readonly health: HealthSpec | null;
    }
  | { readonly kind: 'renew'; readonly sessionId: string; readonly leaseMs: number }
  | { readonly kind: 'stop'; readonly sessionId: string }
  | { readonly kind: 'end'; readonly sessionId: string };

export interface ReportedSession {
  readonly hosted: Hosted | null;
  /** The agent had begun to carry out every wish for this session by then. */
  readonly current: boolean;
  /** Steady ms. */
  readonly heardAt: number;
}

/** A session as the agent of its machine has it. */
export interface Hosted extends HostedByAgent {
  readonly sessionId: string;
  readonly tag: string;
  readonly ports: readonly { readonly port: number; readonly outerPort: number }[];
}
