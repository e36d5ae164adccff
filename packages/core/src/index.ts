export type { AgentRecord, JoinToken, Launch, PoolRecord, PoolSettings } from './agent/record.ts';
export { DEFAULT_SETTINGS, newPool } from './agent/record.ts';
export { planDelivery } from './delivery/plan-delivery.ts';
export type { DeliveryProgress, DeliveryRecord } from './delivery/record.ts';
export { NOTHING_DELIVERED } from './delivery/record.ts';
export type { GroupRecord } from './group/record.ts';
export type { KeyRecord } from './key/record.ts';
export { isLive, maySee, mayTouch } from './key/record.ts';
export type { EndedLog, Keep, RetentionSnapshot } from './plan/plan-retention.ts';
export { planRetention } from './plan/plan-retention.ts';
export type { PlannedFact, RunSnapshot } from './plan/plan-runs.ts';
export { planRuns } from './plan/plan-runs.ts';
export { wakeAt } from './plan/wake.ts';
export type { AgentStore, RemovedPool } from './ports/agent-store.ts';
export type { Clock } from './ports/clock.ts';
export type { DeliveryStore } from './ports/delivery-store.ts';
export type { GroupStore, InsertedGroup, StatusCount } from './ports/group-store.ts';
export type { Ids } from './ports/ids.ts';
export type { KeyStore, SignIn } from './ports/key-store.ts';
export type { AttemptRef, LogPiece, LogRange, LogStore } from './ports/log-store.ts';
export type { Notifier } from './ports/notifier.ts';
export type {
  ClaimQuery,
  GateRef,
  HandedRun,
  Idempotency,
  InsertedRun,
  OpenCount,
  Page,
  RunFilter,
  RunStore,
  Standing,
  Swept,
  Taker,
} from './ports/run-store.ts';
export type { Store } from './ports/store.ts';
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
} from './run/record.ts';
export type { RunIntent } from './run/request.ts';
export { requestRun } from './run/request.ts';
export { statusOf } from './run/status.ts';
export * from './vocabulary/index.ts';
