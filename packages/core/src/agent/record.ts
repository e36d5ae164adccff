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
  readonly createdAt: number;
  readonly lastSeenAt: number;
}

/** A named FIFO queue. */
export interface PoolRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly lostAfterMs: number;
  readonly adminOnly: boolean;
}

/** A single-use permission to become an agent of a pool. */
export interface JoinToken {
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly pool: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}
