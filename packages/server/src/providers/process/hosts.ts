import type { EndedBy, HealthSpec } from '@errand/core';

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

export interface Hosted {
  readonly sessionId: string;
  readonly tag: string;
  readonly key: string;
  readonly state: 'making' | 'running' | 'stopping' | 'kept' | 'ended' | 'ending';
  readonly problem: string | null;
  readonly leaseLeftMs: number;
  readonly ports: readonly { readonly port: number; readonly outerPort: number }[];
  readonly health: { readonly ok: boolean; readonly failed: boolean; readonly why: string } | null;
  readonly cpuMs: number;
}

/** The files that a session begins with. */
export interface PlacedFiles {
  /** How far they are, a sentence; null: all are there. Throws the ProviderError that keeps them from being placed. */
  progress(at: {
    readonly sessionId: string;
    readonly key: string;
    readonly agentId: string;
  }): Promise<string | null>;
}

/** The session's own command, as a run that the control plane makes for it. */
export interface MainCommands {
  /** Has it run, once for each key; `end` is null while it runs or waits to, and where there is none. */
  ensure(
    sessionId: string,
    key: string,
    agent: { readonly id: string; readonly pool: string },
  ): Promise<{ readonly end: EndedBy | null }>;
}
