export type { AgentRecord, JoinToken, Launch, PoolRecord, PoolSettings } from './agent/record.ts';
export { DEFAULT_SETTINGS, newAgent, newPool } from './agent/record.ts';
export { isSessionPool, sessionOfPool, sessionPool } from './agent/session-pool.ts';
export type { AuditEnd, AuditOutcome, AuditRecord } from './audit/record.ts';
export { planDelivery } from './delivery/plan-delivery.ts';
export type { DeliveryProgress, DeliveryRecord } from './delivery/record.ts';
export { NOTHING_DELIVERED } from './delivery/record.ts';
export { cancelGroup, groupExitCode } from './group/group.ts';
export { planGroup } from './group/plan-group.ts';
export type { GroupRecord } from './group/record.ts';
export type { NewJob } from './job/create.ts';
export { createJob } from './job/create.ts';
export { jobWakeAt } from './job/deadline.ts';
export { judgeChecksum, judgeOutput, outputText } from './job/judge-output.ts';
export type { JobStep } from './job/lifecycle.ts';
export type { JobFact } from './job/observe.ts';
export { observeJob } from './job/observe.ts';
export type {
  CommandProgress,
  JobAttempt,
  JobCommand,
  JobEnd,
  JobEvent,
  JobFinish,
  JobOutput,
  JobRecord,
  JobRetry,
  JobSpec,
  OutputProgress,
  OutputSight,
  OutputTarget,
} from './job/record.ts';
export type { JobIntent } from './job/request.ts';
export { requestJob } from './job/request.ts';
export { jobStatusOf } from './job/status.ts';
export type { KeyRecord } from './key/record.ts';
export { isLive, maySee, mayTouch } from './key/record.ts';
export type { FoundVerdict } from './plan/judge-found.ts';
export { judgeFound } from './plan/judge-found.ts';
export type { JobAction, JobView } from './plan/plan-jobs.ts';
export { planJob } from './plan/plan-jobs.ts';
export type { EndedLog, Keep, RetentionSnapshot } from './plan/plan-retention.ts';
export { planRetention } from './plan/plan-retention.ts';
export type { PlannedFact, RunSnapshot } from './plan/plan-runs.ts';
export { planRuns } from './plan/plan-runs.ts';
export type { PlannedAction, SessionAction, SessionSnapshot, SessionView } from './plan/plan-sessions.ts';
export { planSessions } from './plan/plan-sessions.ts';
export { wakeAt } from './plan/wake.ts';
export type { AgentStore, RemovedPool } from './ports/agent-store.ts';
export type { AuditFilter, AuditStore } from './ports/audit-store.ts';
export type { BlobStore, KeptBlob } from './ports/blob-store.ts';
export type { Clock } from './ports/clock.ts';
export type { DeliveryStore } from './ports/delivery-store.ts';
export type { FileContent, FileStat, Files, FileWish, ListDepth } from './ports/files.ts';
export type { GroupStore, InsertedGroup, StatusCount } from './ports/group-store.ts';
export type { Ids } from './ports/ids.ts';
export type { InsertedJob, JobCount, JobFilter, JobStore } from './ports/job-store.ts';
export type { KeyStore, SignIn } from './ports/key-store.ts';
export type { AttemptRef, LogPiece, LogRange, LogStore } from './ports/log-store.ts';
export type { Notifier } from './ports/notifier.ts';
export type { OutputPlace } from './ports/output-place.ts';
export type {
  Cost,
  EndedBy,
  FindRequest,
  Found,
  Health,
  LaunchRequest,
  Observation,
  ObservedUse,
  OutputPiece,
  OutputWish,
  Provider,
  ProviderCapabilities,
  SpecProblem,
  StopWish,
} from './ports/provider.ts';
export type {
  ClaimQuery,
  GateRef,
  HandedRun,
  HeldCount,
  Idempotency,
  InsertedRun,
  OpenCount,
  Page,
  RunFilter,
  RunResult,
  RunStore,
  Standing,
  Swept,
  Taker,
} from './ports/run-store.ts';
export type { ModuleSource, ScriptStore } from './ports/script-store.ts';
export type {
  InsertedSession,
  InsertSession,
  Quota,
  SessionCount,
  SessionFilter,
  SessionStore,
} from './ports/session-store.ts';
export type { Store } from './ports/store.ts';
export type { ArtifactsState } from './run/artifacts.ts';
export type { NewRun } from './run/create.ts';
export { createRun } from './run/create.ts';
export type { Gate, GateKind } from './run/gate.ts';
export { concurrencyGate, gatesOf, hasFailedEnough, keyGate, keyOfGate } from './run/gate.ts';
export type { Labels } from './run/labels.ts';
export { hasLabels } from './run/labels.ts';
export { LABEL_LANE, labelsOfLane, laneOf } from './run/lane.ts';
export type { RunAction, RunStep } from './run/lifecycle.ts';
export type { RunFact } from './run/observe.ts';
export { observeRun } from './run/observe.ts';
export type {
  Attempt,
  CancelRequest,
  Concurrency,
  GroupPlace,
  PastAttempt,
  RetryPolicy,
  RunEnd,
  RunRecord,
  RunSpec,
  ScriptUse,
} from './run/record.ts';
export type { RunIntent } from './run/request.ts';
export { requestRun } from './run/request.ts';
export type { ResultState } from './run/result.ts';
export { hasWords } from './run/search-text.ts';
export { statusOf } from './run/status.ts';
export { calledScript, callLabels, offerLabels, ownLabels } from './script/offer-labels.ts';
export type { OfferedRecord, ScriptCode, ScriptDefinition, ScriptRecord } from './script/record.ts';
export type { NewSession } from './session/create.ts';
export { createSession, neverAsked } from './session/create.ts';
export { alarmAt, idleAt, phaseDeadline, sessionWakeAt, unusedAt } from './session/deadline.ts';
export type { SessionStep } from './session/lifecycle.ts';
export type { SessionFact } from './session/observe.ts';
export { observeSession } from './session/observe.ts';
export type {
  Activity,
  Extension,
  FileSource,
  FileSpec,
  Handle,
  Hold,
  PortAddress,
  PortSpec,
  SessionAgent,
  SessionEvent,
  SessionLaunch,
  SessionLimits,
  SessionRecord,
  SessionRun,
  SessionSpec,
  Share,
  Trouble,
  VolumeSpec,
} from './session/record.ts';
export type { SessionIntent } from './session/request.ts';
export { requestSession } from './session/request.ts';
export type { Visitor } from './session/share.ts';
export { reachOf } from './session/share.ts';
export { isSubdomain, SUBDOMAINS, subdomainOf } from './session/subdomain.ts';
export * from './vocabulary/index.ts';
