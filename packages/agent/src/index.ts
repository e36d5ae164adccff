export { FileSpool } from './adapters/file-spool.ts';
export { LocalKeepers } from './adapters/local-keepers.ts';
export { systemClock } from './adapters/system-clock.ts';
export type { AgentOptions, TakeOver } from './agent.ts';
export { Agent } from './agent.ts';
export { attemptId } from './attempt-id.ts';
export type { Account } from './environment.ts';
export { environmentOf } from './environment.ts';
export { httpLink } from './http-link.ts';
export { LinkRefusal } from './link-refusal.ts';
export type { LocalAgentOptions } from './local-agent.ts';
export { createLocalAgent, socketFolder } from './local-agent.ts';
export { Masker } from './mask/masker.ts';
export { SecretMask } from './mask/secret-mask.ts';
export type {
  Clock,
  IndexRecord,
  Keeper,
  KeeperEvent,
  Keepers,
  KeptRun,
  KillOrder,
  LogFile,
  Logger,
  Spool,
  SpoolDraft,
  SpoolEnd,
  SpoolEntry,
  StartAnswer,
  StartRequest,
} from './ports.ts';
export type { RunAgentOptions } from './run-agent.ts';
export { runAgent } from './run-agent.ts';
export { noHosting, noScripts } from './scripts/no-scripts.ts';
