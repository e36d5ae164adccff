import type { EndedBy, LaunchRequest, SessionSpec } from '@errand/core';

interface Served {
  readonly id: string;
  readonly pool: string;
}

/** The agents that come with machines and tasks, as the control plane knows them. */
export interface ComingAgents {
  /** What the agent of a launch joins with; the same for the same launch. */
  readonly token: (launch: string) => string;
  /** The agent of a launch; null: it has not presented itself. */
  readonly of: (sessionId: string, launch: string) => Promise<Served | null>;
  readonly specOf: (sessionId: string) => Promise<SessionSpec | null>;
  /** What a launch made is gone, and its agent with it. */
  readonly remove: (sessionId: string, launch: string) => Promise<void>;
}

/** A session as its agent has it. */
export interface HostedByAgent {
  readonly key: string;
  readonly state: 'making' | 'running' | 'stopping' | 'kept' | 'ended' | 'ending';
  readonly problem: string | null;
  readonly leaseLeftMs: number;
  readonly health: { readonly ok: boolean; readonly failed: boolean; readonly why: string } | null;
  readonly cpuMs: number;
}

/** What these agents are told, and what they say. */
export interface AgentHosts {
  readonly want: (
    agentId: string,
    wish:
      | (Pick<LaunchRequest, 'sessionId' | 'key' | 'tag' | 'leaseMs'> &
          Pick<SessionSpec, 'ports' | 'health'> & { readonly kind: 'run' })
      | { readonly kind: 'renew'; readonly sessionId: string; readonly leaseMs: number },
  ) => void;
  readonly report: (
    agentId: string,
    sessionId: string,
  ) => {
    readonly hosted: HostedByAgent | null;
    readonly current: boolean;
    /** Steady ms. */
    readonly heardAt: number;
  } | null;
}

/** The session's own command, as a run on the agent. */
export interface AgentMains {
  readonly ensure: (
    sessionId: string,
    key: string,
    agent: Served,
  ) => Promise<{ readonly end: EndedBy | null }>;
}

/** The files of a session, which its agent puts where they belong. */
export interface AgentPlacing {
  /** How far it is; null: all of them are there. */
  readonly progress: (at: {
    readonly sessionId: string;
    readonly key: string;
    readonly agentId: string;
    /** Has this launch made its compute, with nothing of an earlier one in it? */
    readonly anew: boolean;
  }) => Promise<string | null>;
}
