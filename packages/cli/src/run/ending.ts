import type { Run } from '@errand/sdk';
import { EXIT } from '../exit-status.ts';

/** The exit status for a run that has ended. */
export function exitStatusOf(run: Run): number {
  return run.exitCode ?? run.end?.exitCode ?? EXIT.failed;
}

/** Ends that a command brings about itself or that were asked for; whoever called knows them by the exit status. */
const EXPECTED: ReadonlySet<string> = new Set([
  'exited',
  'signaled',
  'timed_out',
  'canceled',
  'out_of_memory',
]);

/**
 * The sentence about an end. On a terminal for everything but a plain exit; elsewhere only where errand itself failed, could not start the
 * command, or could not prove that nothing of it is left: stderr belongs to the command.
 */
export function endingSentence(run: Run, onTerminal: boolean): string | null {
  const { end } = run;
  if (end === null) return null;
  const loud = !EXPECTED.has(end.reason) || (end.reason === 'timed_out' && run.startedAt === null);
  return (onTerminal && end.reason !== 'exited') || loud ? end.sentence : null;
}

/** What a reader of the log must know about bytes that are not there; null where it is whole. */
export function missingSentence({ log }: Run): string | null {
  if (log?.truncated == null) return null;
  const { dropped, why } = log.truncated;
  const reason = {
    cap: 'the log reached its cap (--max-log)',
    disk_full: 'the disk was full',
    lost: 'they were lost',
  };
  if (dropped === 0) return 'What the command wrote last may be missing; how much is not known.';
  return `${dropped} bytes of output are missing: ${reason[why]}.`;
}

/** What was kept of the files that the run was to keep; null where there is nothing to say. What is missing is said on every stderr. */
export function keptSentence({ id, kept }: Run, onTerminal: boolean): string | null {
  if (kept === null) return null;
  const { files, problem } = kept;
  if (problem !== null) return `${files} artifacts of ${id}: ${problem}`;
  return onTerminal ? `${files} artifacts are kept; errand cp ${id}: . fetches them` : null;
}
