import { constants } from 'node:os';
import type { AgentFact } from '@errand/contract';
import { errorCode } from './keeper/error-code.ts';
import type { Outcome } from './outcome.ts';
import type { SpoolEnd, SpoolEntry } from './ports.ts';

type Ended = Extract<AgentFact, { kind: 'ended' }>;
export type EndReason = Ended['reason'];
type Truncation = NonNullable<Ended['log']>['truncated'];

interface AttemptEnd {
  readonly reason: EndReason;
  /** Size of the log. */
  readonly bytes: number;
  readonly truncated: Truncation;
}

/** What is reported of an attempt that was permitted to execute. */
export function endOf(
  outcome: Exclude<Outcome, { kind: 'not_executed' }>,
  entry: SpoolEntry,
  log: { size(): number },
): AttemptEnd {
  if (outcome.kind === 'ended' || outcome.kind === 'machine_gone') {
    const { end } = outcome;
    const truncated = end.why === 'none' ? null : { dropped: end.dropped, why: end.why };
    const reason: EndReason = outcome.kind === 'ended' ? endReason(end, entry) : { kind: 'machine_gone' };
    return { reason, bytes: end.bytes, truncated };
  }
  if (outcome.kind === 'lost') {
    return { reason: { kind: 'lost' }, bytes: log.size(), truncated: { dropped: 0, why: 'lost' } };
  }
  const reason: EndReason =
    outcome.kind === 'refused' ? { kind: 'refused', why: outcome.why } : { kind: 'canceled' };
  return { reason, bytes: 0, truncated: null };
}

/** Why an attempt whose files could not be written ends. */
export function cannotWrite(error: unknown): EndReason {
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return { kind: 'disk_full' };
  const why = `it could not write its own files (${error instanceof Error ? error.message : String(error)})`;
  return { kind: 'refused', why: why.slice(0, 2_000) };
}

/** Why an attempt ended, from the keeper's record. What asked for the end first counts, then what the system did, then the command's own status. */
function endReason(end: SpoolEnd, entry: SpoolEntry): EndReason {
  if (end.how.kind === 'spawn_failed') return spawnFailed(end.how, entry);
  if (end.cause === 'canceled') {
    return end.left === 0 ? { kind: 'canceled' } : { kind: 'canceled_unproven', left: end.left };
  }
  if (end.cause === 'timed_out') return { kind: 'timed_out', phase: 'run' };
  if (end.cause === 'disk_full' || end.why === 'disk_full') return { kind: 'disk_full' };
  if (end.oom) return { kind: 'out_of_memory' };
  return end.how;
}

type SpawnFailure = Extract<SpoolEnd['how'], { kind: 'spawn_failed' }>;

function spawnFailed({ errno, stage }: SpawnFailure, entry: SpoolEntry): EndReason {
  const name = errnoName(errno);
  if (stage === 'log' && name === 'ENOSPC') return { kind: 'disk_full' };
  const sentences = { cwd: cwdSentence, exec: execSentence, stdin: plain, log: plain, fork: plain };
  const why = sentences[stage](name, entry, stage).slice(0, 2_000);
  return {
    kind: 'spawn_failed',
    errno: name,
    stage: stage === 'exec' || stage === 'cwd' ? stage : 'other',
    why,
  };
}

function cwdSentence(errno: string, { cwd }: SpoolEntry): string {
  const folder = `the working directory${cwd === '' ? '' : ` ${cwd}`}`;
  if (errno === 'ENOENT') return `${folder} does not exist`;
  if (errno === 'ENOTDIR') return `${folder} is not a directory`;
  if (errno === 'EACCES') return `${folder} may not be entered`;
  return `${folder} could not be entered`;
}

function execSentence(errno: string, { program, path }: SpoolEntry): string {
  if (errno === 'ENOENT') {
    return program.includes('/')
      ? `the program ${program}, or the interpreter that its first line names, does not exist`
      : `the program ${program} was not found in ${path ?? 'the PATH of its command line'}`;
  }
  if (errno === 'EACCES') return `the file ${program} is not executable`;
  if (errno === 'ENOEXEC') return `the file ${program} is no program of this machine and has no #! line`;
  if (errno === 'E2BIG') return 'its arguments and environment are larger than this system allows';
  return `the program ${program} could not be executed`;
}

function plain(_errno: string, _entry: SpoolEntry, stage: SpawnFailure['stage']): string {
  if (stage === 'fork') return 'the system could not make another process';
  return stage === 'log' ? 'its log could not be opened' : 'its standard input could not be opened';
}

function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `E${errno}`;
}
