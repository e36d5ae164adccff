/** The topics of the notifier, each in one place. */
export const topics = {
  /** The record of a run changed. */
  run: (runId: string) => `run:${runId}`,
  /** A run finished. */
  runEnd: (runId: string) => `run-end:${runId}`,
  /** Any run changed; the subject is its id. */
  runs: 'runs',
  /** A run of a group changed. */
  group: (groupId: string) => `group:${groupId}`,
  /** A run entered the queue of a pool. */
  pool: (name: string) => `pool:${name}`,
  /** There is something to tell an agent. */
  agent: (agentId: string) => `agent:${agentId}`,
  /** An agent was drained, undrained, revoked or removed. */
  agentLife: (agentId: string) => `agent-life:${agentId}`,
  /** An agent presented itself that may host sessions. */
  hosts: 'hosts',
  /** A submission handed a run to a waiting poll of an agent. */
  handed: (agentId: string) => `handed:${agentId}`,
  /** The record of a session changed. */
  session: (sessionId: string) => `session:${sessionId}`,
  /** There are orders for sessions that an agent hosts. */
  sessionOrders: (agentId: string) => `session-orders:${agentId}`,
  /** Any session changed; the subject is its id. */
  sessions: 'sessions',
  /** The record of a job changed. */
  job: (jobId: string) => `job:${jobId}`,
  /** Any job changed; the subject is its id. */
  jobs: 'jobs',
  /** A key was revoked; the subject is its id. */
  revoked: 'revoked',
} as const;
