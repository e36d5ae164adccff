export type { AgentRecord, JoinToken, PoolRecord } from './agent/record.ts';
export { planDelivery } from './delivery/plan-delivery.ts';
export type { DeliveryProgress, DeliveryRecord } from './delivery/record.ts';
export { NOTHING_DELIVERED } from './delivery/record.ts';
export type { KeyRecord } from './key/record.ts';
export { isLive, maySee, mayTouch } from './key/record.ts';
export type { EndedLog, Keep, RetentionSnapshot } from './plan/plan-retention.ts';
export { planRetention } from './plan/plan-retention.ts';
export type { PlannedFact, RunSnapshot } from './plan/plan-runs.ts';
export { planRuns } from './plan/plan-runs.ts';
export { wakeAt } from './plan/wake.ts';
export type { AgentStore } from './ports/agent-store.ts';
export type { Clock } from './ports/clock.ts';
export type { DeliveryStore } from './ports/delivery-store.ts';
export type { Ids } from './ports/ids.ts';
export type { KeyStore, SignIn } from './ports/key-store.ts';
export type { AttemptRef, LogPiece, LogRange, LogStore } from './ports/log-store.ts';
export type { Notifier } from './ports/notifier.ts';
export type {
  ClaimQuery,
  Idempotency,
  InsertedRun,
  OpenCount,
  Page,
  RunFilter,
  RunStore,
} from './ports/run-store.ts';
export type { Store } from './ports/store.ts';
export type { NewRun } from './run/create.ts';
export { createRun } from './run/create.ts';
export type { RunAction, RunStep } from './run/lifecycle.ts';
export type { RunFact } from './run/observe.ts';
export { observeRun } from './run/observe.ts';
export type {
  Attempt,
  CancelRequest,
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
