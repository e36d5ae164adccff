import type { AgentLink } from '@errand/contract';
import { attemptId } from './attempt-id.ts';
import { InputFeed } from './keeper/input-feed.ts';
import type { Keeper, SpoolEntry } from './ports.ts';
import { untilAnswered, type Waiting } from './retry.ts';

export interface InputPumpParts {
  readonly link: AgentLink;
  readonly entry: SpoolEntry;
  readonly keeper: Keeper;
  /** Bytes that have reached the command already. */
  readonly accepted: number;
  readonly waitMs: number;
  /** Its signal ends the pump: the attempt ended, or the connection to the keeper did. */
  readonly waiting: Waiting;
}

/** Fetches standard input from the control plane and feeds it to the command, as fast as the command reads. */
export async function pumpInput({
  link,
  entry,
  keeper,
  accepted,
  waitMs,
  waiting,
}: InputPumpParts): Promise<void> {
  const { runId, token } = entry.lease;
  const feed = new InputFeed(keeper, attemptId(entry.lease), accepted);
  try {
    let offset = accepted;
    for (;;) {
      const ask = (): ReturnType<AgentLink['input']> =>
        link.input({ runId, token, offset, waitMs }, waiting.signal);
      const { bytes, ended } = await untilAnswered('fetch standard input', ask, waiting);
      const reads = await feed.write(bytes);
      if (!reads) return;
      offset += bytes.length;
      if (ended) return feed.end();
    }
  } finally {
    feed.close();
  }
}
