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
  return `${dropped} bytes of output are missing: ${reason[why]}.`;
}
