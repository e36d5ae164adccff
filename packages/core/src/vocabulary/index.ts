export type { Command } from './command.ts';
export { argvOf } from './command.ts';
export type { EndReason, EndReasonFacts, EndReasonKind } from './end-reason.ts';
export { describeEnd, END_REASON_KINDS, END_REASONS, SPAWN_STAGES, TIMED_PHASES } from './end-reason.ts';
export type { ErrorCode } from './error-code.ts';
export { ERROR_CODES, ErrandError } from './error-code.ts';
export type { FileKind } from './file-kind.ts';
export { FILE_KINDS } from './file-kind.ts';
export type { HealthCheck, HealthSpec } from './health.ts';
export type { JobCause, JobCauseFacts, JobCauseKind, JobRetryCause } from './job-cause.ts';
export { describeJobCause, JOB_CAUSE_KINDS, JOB_CAUSES, JOB_RETRY_CAUSES } from './job-cause.ts';
export type { JobFinishKind, JobState, JobStatus, OutputState } from './job-state.ts';
export { JOB_FINISHES, JOB_STATES, JOB_STATUSES, OUTPUT_STATES } from './job-state.ts';
export { DEFAULTS, LIMITS } from './limits.ts';
export type { LogEnd, Stream } from './log-end.ts';
export { STREAMS } from './log-end.ts';
export { covers, isOwner, teamOf } from './owner.ts';
export type { ProviderErrorKind } from './provider-error.ts';
export { PROVIDER_ERROR_KINDS, ProviderError, REPEATABLE_ERRORS } from './provider-error.ts';
export type { Role } from './role.ts';
export { ROLES } from './role.ts';
export type { CancelSignal, RetryCause } from './run-choice.ts';
export { CANCEL_SIGNALS, RETRY_CAUSES } from './run-choice.ts';
export type { RunOutcome, RunState, RunStatus } from './run-state.ts';
export { RUN_OUTCOMES, RUN_STATES, RUN_STATUSES } from './run-state.ts';
export type {
  JsonSchema,
  ReportedResult,
  ResultRule,
  ResultSource,
  ResultView,
  ViewColumn,
} from './script.ts';
export { isScriptName, RESULT_SOURCES } from './script.ts';
export type { SessionReason, SessionReasonFacts, SessionReasonKind } from './session-reason.ts';
export { describeSessionReason, SESSION_REASON_KINDS, SESSION_REASONS, span } from './session-reason.ts';
export type { ActivityKind, DesiredState, SessionState } from './session-state.ts';
export { ACTIVITIES, DESIRED_STATES, isFinalState, SESSION_STATES, SHARE_LEVELS } from './session-state.ts';
export { signalName } from './signal.ts';
