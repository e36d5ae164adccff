import type { RunRecord, Stream } from '@errand/core';
import type { Services } from '../services.ts';
import { latestLog } from './latest-log.ts';

/** The last bytes of each stream that an older system's answer repeats; the whole log is read as any other. */
const MOST_OUTPUT = 1_000_000;

/** What a stream of a run has so far, as text; of much of it the end. */
export async function outputText(
  { logs }: Pick<Services, 'logs'>,
  run: RunRecord,
  stream: Stream,
): Promise<string> {
  const log = latestLog(run);
  const to = await logs.size(log);
  const chunks: Uint8Array[] = [];
  for await (const { bytes } of logs.read(log, { from: Math.max(0, to - 2 * MOST_OUTPUT), to, stream }))
    chunks.push(bytes);
  return Buffer.concat(chunks).subarray(-MOST_OUTPUT).toString();
}
