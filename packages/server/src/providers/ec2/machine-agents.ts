import type { EndedBy, LaunchRequest, SessionSpec } from '@errand/core';

/** The agents that come with machines, as the control plane knows them. */
export interface MachineAgents {
  /** What the agent of a launch joins with; the same for the same launch. */
  readonly token: (launch: string) => string;
  /** The agent of a launch; null: it has not presented itself. */
  readonly of: (
    sessionId: string,
    launch: string,
  ) => Promise<{ readonly id: string; readonly pool: string } | null>;
  readonly specOf: (sessionId: string) => Promise<SessionSpec | null>;
  /** The machine of a launch is gone, and its agent with it. */
  readonly remove: (sessionId: string, launch: string) => Promise<void>;
}

/** A session as the agent on its machine has it. */
interface HostedMachine {
  readonly key: string;
  readonly state: 'making' | 'running' | 'stopping' | 'kept' | 'ended' | 'ending';
  readonly problem: string | null;
  readonly leaseLeftMs: number;
  readonly health: { readonly ok: boolean; readonly failed: boolean; readonly why: string } | null;
  readonly cpuMs: number;
}

/** What these agents are told, and what they say. */
export interface MachineHosts {
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
    readonly hosted: HostedMachine | null;
    readonly current: boolean;
    /** Steady ms. */
    readonly heardAt: number;
  } | null;
}

/** The session's own command, as a run on the agent. */
export interface MachineMains {
  readonly ensure: (
    sessionId: string,
    key: string,
    agent: { readonly id: string; readonly pool: string },
  ) => Promise<{ readonly end: EndedBy | null }>;
}
