import type { InputAnswer, InputRequest } from '@errand/contract';
import type { Clock, LogStore, Notifier, RunStore } from '@errand/core';
import { inputRef } from '../runs/run-input.ts';
import { topics } from '../topics.ts';
import { waitFor } from '../wait-for.ts';
import { isHolder } from './report-fact.ts';

/** The most bytes of one answer. */
const ANSWER_BYTES = 512 * 1024;

export interface FetchInputParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly logs: Pick<LogStore, 'read' | 'size'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

/** Bytes of a run's standard input for the agent that holds it; waits for them if there are none yet. */
export async function fetchInput(
  parts: FetchInputParts,
  { agentId, signal }: { readonly agentId: string; readonly signal: AbortSignal },
  { runId, token, offset, waitMs }: InputRequest,
): Promise<InputAnswer> {
  const look = async (): Promise<InputAnswer | null> => {
    const run = await parts.runs.get(runId);
    if (run === null || run.token !== token || !isHolder(run, agentId, token)) return NOTHING_MORE;
    const bytes = await readSome(parts.logs, runId, offset);
    const ended = run.inputEnd !== null && offset + bytes.length >= run.inputEnd;
    return bytes.length > 0 || ended ? { bytes, ended } : null;
  };
  return (
    (await waitFor(parts, { topics: [topics.run(runId)], look, waitMs, signal })) ?? {
      ...NOTHING_MORE,
      ended: false,
    }
  );
}

const NOTHING_MORE: InputAnswer = { bytes: new Uint8Array(), ended: true };

async function readSome(logs: FetchInputParts['logs'], runId: string, from: number): Promise<Uint8Array> {
  const log = inputRef(runId);
  const to = Math.min(await logs.size(log), from + ANSWER_BYTES);
  const chunks: Uint8Array[] = [];
  if (to > from) for await (const piece of logs.read(log, { from, to })) chunks.push(piece.bytes);
  return Buffer.concat(chunks);
}
