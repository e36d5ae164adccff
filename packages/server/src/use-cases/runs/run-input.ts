import {
  type AttemptRef,
  type Clock,
  ErrandError,
  type LogStore,
  type RunRecord,
  requestRun,
} from '@errand/core';
import { type Actor, checkTouches } from '../actor.ts';
import type { SessionUses } from '../sessions/session-uses.ts';
import { type ChangeRunParts, changeRun } from './change-run.ts';

/** Standard input is kept as a log of its own, so that every attempt reads it from its beginning. */
export function inputRef(runId: string): AttemptRef {
  return { runId: `${runId}-input`, token: 1 };
}

export interface WriteInputParts extends ChangeRunParts {
  readonly logs: Pick<LogStore, 'append' | 'size'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Who types into a terminal of a session uses the session. */
  readonly uses: Pick<SessionUses, 'note'>;
}

export interface InputPiece {
  readonly offset: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly end: boolean;
}

/** Appends to a run's standard input. A repeat at the same offset changes nothing; a gap is a conflict that names the present size. */
export async function writeInput(
  parts: WriteInputParts,
  { actor, runId }: { readonly actor: Actor; readonly runId: string },
  piece: InputPiece,
): Promise<{ readonly size: number; readonly ended: boolean }> {
  const run = await parts.runs.get(runId);
  checkTouches(actor, run?.owner, 'run');
  if (run === null) throw new ErrandError('not_found', 'there is no such run');
  checkTakesInput(run);
  if (run.spec.tty !== null && run.spec.session)
    parts.uses.note(run.spec.session, 'terminal', parts.clock.now());
  const size = await append(parts, run, piece);
  if (!piece.end) return { size, ended: run.inputEnd !== null };
  await changeRun(parts, runId, (present) => requestRun(present, { kind: 'close_input', bytes: size }));
  return { size, ended: true };
}

function checkTakesInput({ spec, state }: RunRecord): void {
  if (spec.stdin !== 'stream') {
    throw new ErrandError(
      'conflict',
      'this run has no stream as standard input; submit it with stdin: "stream"',
    );
  }
  if (state === 'finished') throw new ErrandError('conflict', 'the run has finished and takes no more input');
}

async function append(parts: WriteInputParts, run: RunRecord, piece: InputPiece): Promise<number> {
  const log = inputRef(run.id);
  let size = await parts.logs.size(log);
  if (piece.offset > size) {
    throw new ErrandError(
      'conflict',
      `input begins at ${piece.offset}, but only ${size} bytes have arrived`,
      {
        details: { size },
      },
    );
  }
  let { offset } = piece;
  for await (const bytes of piece.chunks) {
    if (run.inputEnd !== null && offset + bytes.length > run.inputEnd) {
      throw new ErrandError('conflict', 'the standard input of this run is closed', { details: { size } });
    }
    size = await parts.logs.append(log, [{ offset, stream: 'stdout', time: parts.clock.now(), bytes }]);
    offset += bytes.length;
  }
  return size;
}
