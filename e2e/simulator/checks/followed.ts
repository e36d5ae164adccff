import type { RunRecord } from '@errand/core';
import type { SimulatedLogs } from '../plane/simulated-logs.ts';
import type { World } from '../world.ts';

export interface FollowedLog {
  readonly runId: string;
  readonly token: number;
  readonly bytes: Buffer;
  readonly run: RunRecord;
  readonly offset: number;
}

/** A follower has seen exactly what is stored, and all of it where the end of the attempt is known. */
export async function checkFollowed(
  { trace }: World,
  logs: SimulatedLogs,
  { runId, token, bytes, run, offset }: FollowedLog,
): Promise<void> {
  const pieces = await logs.content({ runId, token });
  const stored = Buffer.concat(pieces.map((piece) => piece.bytes));
  if (bytes.length !== offset || !bytes.equals(stored.subarray(0, offset))) {
    trace.fail(
      3,
      'SIM-FOLLOW-2',
      `a follower of ${runId}.${token} saw ${bytes.toString()}; stored is ${stored.toString()}`,
    );
  }
  const end =
    run.token === token && run.end !== null
      ? run.end.log
      : run.past.find((past) => past.token === token)?.log;
  if (end != null && end.bytes !== bytes.length) {
    trace.fail(
      3,
      'SIM-FOLLOW-3',
      `a follower of ${runId}.${token} was told its end at ${bytes.length} of ${end.bytes}`,
    );
  }
}
