import { DEFAULTS } from '../vocabulary/limits.ts';

/** An agent as the control plane knows it. */
export interface AgentRecord {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly pool: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: number;
  /** Version of its program. */
  readonly program: string;
  /** Where runs of keys other than admin are refused: whoever runs as the server's user owns the server. */
  readonly adminOnly: boolean;
  readonly keyId: string | null;
  /** The key that shall follow: valid beside the present one until its first use, which ends that one. */
  readonly nextKeyId: string | null;
  /** Labels and the most slots that its join token decided; its own words do not change them. */
  readonly fixedLabels: Readonly<Record<string, string>>;
  readonly maxSlots: number | null;
  /** Finishes what it has and takes nothing new. */
  readonly draining: boolean;
  /** Since then it has no right any more but to be told so; null: it has not been revoked. */
  readonly revokedAt: number | null;
  readonly createdAt: number;
  readonly lastSeenAt: number;
}

/** A named FIFO queue. */
export interface PoolRecord extends PoolSettings {
  readonly name: string;
  readonly createdAt: number;
  readonly adminOnly: boolean;
}

/** What may be set about a pool at any time. */
export interface PoolSettings {
  /** How long a run may be unreachable before it counts as lost; read when it is claimed. */
  readonly lostAfterMs: number;
  /** No run is claimed; what runs goes on. */
  readonly paused: boolean;
  /** How many runs may be held at once; null: as many as its agents have slots. */
  readonly limit: number | null;
  /** The same for the runs that one key submitted. */
  readonly limitPerKey: number | null;
  /** Variables that its runs get when they are submitted; those of the run itself come before. */
  readonly env: Readonly<Record<string, string>>;
  /** The same, sealed with the server's key; never shown again, and masked in what its runs write. */
  readonly sealedEnv: Readonly<Record<string, string>>;
  /** What is made for each run of a pool on demand, and is gone after it; null: agents come by themselves. */
  readonly launch: Launch | null;
}

/** A provider's name, and what is wished of it, as in the wish for a session. */
export interface Launch {
  readonly provider: string;
  readonly [option: string]: unknown;
}

/** A pool as it is before anybody has set anything. */
export function newPool(
  pool: Pick<PoolRecord, 'name' | 'createdAt' | 'adminOnly'> & Partial<PoolSettings>,
): PoolRecord {
  return { ...DEFAULT_SETTINGS, ...pool };
}

export const DEFAULT_SETTINGS: PoolSettings = {
  lostAfterMs: DEFAULTS.lostAfterMs,
  paused: false,
  limit: null,
  limitPerKey: null,
  env: {},
  sealedEnv: {},
  launch: null,
};

/** A single-use permission to become an agent of a pool. */
export interface JoinToken {
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly pool: string;
  /** What the agent gets, whatever it says of itself. */
  readonly labels: Readonly<Record<string, string>>;
  /** The most slots it may offer; null: as many as it wants. */
  readonly maxSlots: number | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** An agent as it is before it has said hello: it offers nothing and nobody has decided anything about it. */
export function newAgent(
  agent: Pick<AgentRecord, 'id' | 'name' | 'pool' | 'createdAt'> & Partial<AgentRecord>,
): AgentRecord {
  return {
    version: 1,
    labels: {},
    slots: 0,
    program: '',
    adminOnly: false,
    keyId: null,
    nextKeyId: null,
    fixedLabels: {},
    maxSlots: null,
    draining: false,
    revokedAt: null,
    lastSeenAt: agent.createdAt,
    ...agent,
  };
}
