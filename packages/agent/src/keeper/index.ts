export { KEEPER_BUILDS, keeperBinary } from './binary.ts';
export { KeeperClient, KeeperError, KeeperRefusal, type StartAnswer } from './client.ts';
export { encodeMessage, MESSAGE_LIMIT, type Message, MessageDecoder } from './codec.ts';
export { decodeEvent, type KeeperEvent, type KeptRun } from './events.ts';
export { FALLBACK_MISSING, type FallbackRequest, fallbackScript, runWithFallback } from './fallback.ts';
export { InputFeed } from './input-feed.ts';
export { type LaunchOptions, launchKeeper } from './launch.ts';
export { openKeeper } from './open.ts';
export { type HowEnded, type LogGap, parseEnd, type SpawnStage, type SpoolEnd } from './spool-end.ts';
export {
  createRunFile,
  type IndexRecord,
  parseIndex,
  parseRunFile,
  RECORD_SIZE,
  type RecordStream,
  readIndex,
  readRunFile,
  SLOT_SIZE,
  type SpoolExec,
  type SpoolRun,
  spoolPaths,
  writeAttempt,
} from './spool-files.ts';
export { encodeStart, type StartRequest } from './start-request.ts';
