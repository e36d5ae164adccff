import { createHash } from 'node:crypto';
import type { AttemptRef, LogEnd, LogPiece, RunRecord } from '@errand/core';
import type { SimulatedLogs } from '../plane/simulated-logs.ts';
import type { World } from '../world.ts';

/** Bytes with the stream of each. */
interface Output {
  readonly bytes: Buffer;
  readonly streams: string;
}

/** Invariant 3: holds what is stored against what commands wrote. */
export class LogChecks {
  readonly #world: World;
  readonly #logs: SimulatedLogs;
  readonly #checked = new Set<LogEnd>();

  constructor(world: World, logs: SimulatedLogs) {
    this.#world = world;
    this.#logs = logs;
    logs.onAppended = (log) => this.#checkGrowing(log);
  }

  /** Every log whose end is known now; once more at the very end, since nothing may change it afterwards. */
  async look(again: 'new' | 'all'): Promise<void> {
    for (const run of this.#world.history.records.values()) {
      for (const past of run.past) await this.#checkEnd(run, past.token, { end: past.log, again });
      if (run.end !== null) await this.#checkEnd(run, run.token, { end: run.end.log, again });
    }
  }

  /** While it grows: what is there is what was written, from the first byte on. */
  async #checkGrowing({ runId, token }: AttemptRef): Promise<void> {
    const run = this.#world.history.records.get(runId);
    if (run === undefined) return;
    const stored = outputOf(await this.#logs.content({ runId, token })).bytes;
    const until = Math.min(stored.length, run.spec.maxLogBytes);
    const truth = this.#truth(`${runId}.${token}`).bytes;
    if (stored.subarray(0, until).equals(truth.subarray(0, until))) return;
    this.#world.trace.fail(
      3,
      'SIM-LOG-1',
      `the log of ${runId}.${token} is not what was written: ${stored.toString()} / ${truth.toString()}`,
    );
  }

  async #checkEnd(
    run: RunRecord,
    token: number,
    { end, again }: { readonly end: LogEnd | null; readonly again: 'new' | 'all' },
  ): Promise<void> {
    if (end === null || (again === 'new' && this.#checked.has(end))) return;
    this.#checked.add(end);
    const id = `${run.id}.${token}`;
    const stored = outputOf(await this.#logs.content({ runId: run.id, token }));
    const wrong = wrongEnd(end, stored, this.#truth(id));
    if (wrong === null) return;
    this.#world.trace.fail(3, 'SIM-LOG-2', `the log of ${id} ended as ${JSON.stringify(end)}, but ${wrong}`);
  }

  #truth(id: string): Output {
    const heard = (this.#world.history.find(id)?.written ?? []).filter((each) => each.heard);
    return {
      bytes: Buffer.concat(heard.map(({ bytes }) => bytes)),
      streams: heard.map(({ stream, bytes }) => stream.charAt(3).repeat(bytes.length)).join(''),
    };
  }
}

function outputOf(pieces: readonly LogPiece[]): Output {
  return {
    bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)),
    streams: pieces.map(({ stream, bytes }) => stream.charAt(3).repeat(bytes.length)).join(''),
  };
}

/** How the end of a log contradicts what is stored and what was written; null: not at all. */
function wrongEnd({ bytes, sha256, truncated }: LogEnd, stored: Output, truth: Output): string | null {
  const { length } = stored.bytes;
  if (bytes !== length) return `${length} bytes are stored`;
  const hash = createHash('sha256').update(stored.bytes).digest('hex');
  if (sha256 !== hash) return `the hash is ${hash}`;
  const missing = truth.bytes.length - length;
  // Nobody knows how much a keeper that died had dropped.
  const unknown = truncated?.why === 'lost';
  if (unknown && truth.bytes.subarray(0, length).equals(stored.bytes)) return null;
  if (!unknown && (truncated?.dropped ?? 0) !== missing) return `${missing} bytes are missing`;
  return isWithout(stored, truth, missing)
    ? null
    : `it is not what was written: ${stored.bytes.toString()} / ${truth.bytes.toString()}`;
}

/** Is it the truth but for one gap of `missing` bytes? */
function isWithout(stored: Output, truth: Output, missing: number): boolean {
  let same = 0;
  while (same < stored.bytes.length && stored.bytes[same] === truth.bytes[same]) same += 1;
  const bytes = Buffer.concat([truth.bytes.subarray(0, same), truth.bytes.subarray(same + missing)]);
  const streams = truth.streams.slice(0, same) + truth.streams.slice(same + missing);
  // Where equal bytes stand on both sides of the gap, its place shows by the bytes alone, not by their streams.
  return bytes.equals(stored.bytes) && (missing > 0 || streams === stored.streams);
}
