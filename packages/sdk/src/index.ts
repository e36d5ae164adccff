export type {
  Answer,
  AuditEntry,
  Job,
  JobDocumentInput,
  JobReport,
  Run,
  RunCreateInput,
  Script,
  ScriptDefinitionInput,
  Session,
  SessionCreateInput,
} from '@errand/contract';
export {
  type AgentDetails,
  type Agents,
  type AuditFilter,
  connect,
  Errand,
  type Keys,
  type Pools,
} from './errand.ts';
export { ErrandApiError, ErrandConnectionError, ErrandRunError, type ErrorCode } from './errors.ts';
export type { EventOptions, ServerEvent } from './events.ts';
export type { ByteStream, Fetch, FetchAnswer, FetchInit } from './fetch.ts';
export type { LogOptions, LogPiece } from './follow-log.ts';
export type { Group, Groups } from './groups.ts';
export type { JobEvent, JobFilter, Jobs } from './jobs.ts';
export type { LogPart, ReadPart } from './read-log.ts';
export type { Artifact, RunArtifacts } from './run-artifacts.ts';
export type { RunHandle, WaitOptions } from './run-handle.ts';
export type { CallerPlace, CreatedRun, CreateOptions, RunFilter, Runs } from './runs.ts';
export type { CallOptions, ScriptName, ScriptRun, Scripts } from './scripts.ts';
export { type FileToWrite, type SessionFile, SessionFiles } from './session-files.ts';
export type { HoldWish, SessionEvent, SessionFilter, Sessions } from './sessions.ts';
export type { Input, RequestOptions, TransportOptions } from './transport.ts';
export type { InputOptions, InputResult, InputSource } from './write-input.ts';
