import { type AttemptRef, describeEnd, type LogStore, type RunRecord } from '@errand/core';
import { latestLog } from '../latest-log.ts';

/** The log of a run as old clients know it: both streams in one text, and at its end a line for what the command itself could not say. */
export interface OldLog {
  /** Bytes that can be read now, the closing lines included. */
  readonly size: number;
  /** null while the run goes on. Then the exit status, as a shell would see it. */
  readonly exit: number | null;
  read(from: number, to: number): AsyncGenerator<Uint8Array>;
}

/** The present state of the log of a run's latest attempt. */
export async function oldLogOf(logs: Pick<LogStore, 'size' | 'read'>, run: RunRecord): Promise<OldLog> {
  const log = latestLog(run);
  const stored = await logs.size(log);
  const closing = await closingLines(logs, run, log, stored);
  return {
    size: stored + closing.length,
    exit: run.end === null ? null : describeEnd(run.end.reason).exitCode,
    async *read(from, to) {
      const until = Math.min(to, stored);
      if (from < until) for await (const { bytes } of logs.read(log, { from, to: until })) yield bytes;
      const rest = closing.subarray(Math.max(0, from - stored), Math.max(0, to - stored));
      if (rest.length > 0) yield rest;
    },
  };
}

async function closingLines(
  logs: Pick<LogStore, 'read'>,
  run: RunRecord,
  log: AttemptRef,
  size: number,
): Promise<Uint8Array> {
  const lines = linesAbout(run);
  if (lines.length === 0) return new Uint8Array();
  let open = false;
  if (size > 0)
    for await (const { bytes } of logs.read(log, { from: size - 1, to: size }))
      open = bytes.at(-1) !== NEWLINE;
  return Buffer.from(`${open ? '\n' : ''}${lines.join('\n')}\n`);
}

const NEWLINE = 0x0a;

function linesAbout({ end }: RunRecord): string[] {
  if (end === null) return [];
  const truncated = end.log?.truncated ?? null;
  const cut = truncated === null ? [] : [`[log truncated: ${truncated.dropped} bytes are missing]`];
  const { kind } = end.reason;
  return kind === 'exited' || kind === 'signaled'
    ? cut
    : [...cut, `error: ${describeEnd(end.reason).sentence}`];
}
