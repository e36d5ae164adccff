const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const KB = 1_024;
const MB = 1_024 * KB;

/** Defaults and hard limits, in ms and bytes. The defaults are those of the design's section 4; each can be set. */
export const DEFAULTS = {
  leaseMs: 30 * SECOND,
  graceMs: 10 * SECOND,
  queueTimeoutMs: 24 * HOUR,
  maxLogBytes: 2_000_000_000,
  agentSlots: 64,
  /** Without any call from the agent a running run is shown as unreachable after this. */
  silentAfterMs: 30 * SECOND,
  /** The same where the agent's connection closed. */
  silentAfterCloseMs: 15 * SECOND,
  /** An unreachable run counts as lost after this. */
  lostAfterMs: 5 * MINUTE,
  pollIdleMs: 30 * SECOND,
  pollHeldMs: 10 * SECOND,
  waitMaxMs: 10 * MINUTE,
  /** A session's right to exist, unless the control plane renews it. */
  sessionLeaseMs: 30 * MINUTE,
  sessionRenewMs: MINUTE,
  /** Time limits of the phases of a start and of a stop. */
  sessionCreateMs: 10 * MINUTE,
  sessionReadyMs: 5 * MINUTE,
  sessionStopMs: 2 * MINUTE,
  sessionLifeMs: 24 * HOUR,
  /** Sessions at once of a pool on demand that says nothing of a limit. */
  launchLimit: 10,
  sessionIdleMs: 30 * MINUTE,
  /** A session that is stopped for this long is deleted. */
  sessionUnusedMs: 7 * 24 * HOUR,
  healthIntervalMs: 2 * SECOND,
  healthTimeoutMs: 5 * SECOND,
  sessionsPerOwner: 20,
  sessionsPerTeam: 200,
  /** What one owner may have uploaded for sessions within a day. */
  uploadBytes: 40_000_000_000,
  /** For one attempt of a job, provisioning included. */
  jobTimeoutMs: 24 * HOUR,
  jobBackoffMs: 10 * SECOND,
  jobBackoffMaxMs: HOUR,
  /** How long an output may take to appear after the last command. */
  outputWaitMs: 30 * SECOND,
  /** How long a session runs on that a job keeps. */
  jobKeepMs: HOUR,
  keepRunsMs: 30 * 24 * HOUR,
  keepLogBytes: 10_000_000_000,
  keepArtifactBytes: 10_000_000_000,
  keepAuditMs: 90 * 24 * HOUR,
} as const;

export const LIMITS = {
  envBytes: MB,
  /** Each is looked for in some twenty encodings. */
  secretBytes: 64 * KB,
  argvBytes: MB,
  /** Linux refuses a single argument or variable beyond 128 KiB (MAX_ARG_STRLEN). */
  argBytes: 128 * KB - 1,
  stdinInlineBytes: MB,
  requestBytes: 4 * MB,
  /** Arguments of a script travel in one variable, ERRAND_ARGS. */
  scriptArgsBytes: 128 * KB - 100,
  scriptModuleBytes: MB,
  scripts: 1_000,
  /** A schema is compiled at every start and shown in forms; real ones have a few KB. */
  schemaBytes: 64 * KB,
  resultBytes: MB,
  /** Patterns of one run, and what may be kept for them: as many files, and as many bytes in all. */
  artifactPatterns: 32,
  artifacts: 1_000,
  artifactBytes: 2_000_000_000,
  /** One request that measures a line. */
  transferBytes: 64 * MB,
  appendBytes: 4 * MB,
  nameLength: 200,
  tags: 32,
  retryAttempts: 100,
  /** No session runs longer without being started anew, however often it is extended. */
  sessionLifeMs: 30 * 24 * HOUR,
  sessionPorts: 32,
  sessionVolumes: 32,
  sessionFiles: 1_000,
  /** What the files of a session may have inline, all together; they lie in its record. */
  inlineFileBytes: 256 * KB,
  /** One file that is uploaded or fetched for a session. */
  assetBytes: 20_000 * MB,
  /** Files that one owner may have uploaded for sessions within a day. */
  uploads: 2_000,
  /** What one listing of a folder may hold: some 15 MB of JSON. */
  filesListed: 100_000,
  /** Events kept with a session. */
  sessionEvents: 100,
  jobCommands: 100,
  jobOutputs: 100,
  /** Events kept with a job. */
  jobEvents: 300,
  /** Labels that a run wants are one entry of an index. */
  labels: 16,
  labelBytes: 1_000,
  /** The largest number that a limit on runs at once may be. */
  limit: 1_000_000,
  /** A group is made in one transaction, which holds up the others for as long. */
  groupRuns: 1_000,
} as const;
