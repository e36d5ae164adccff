import type { LogOptions, LogPiece, Run, RunHandle } from '@errand/sdk';
import { expect, it } from 'vitest';
import { Output } from '../output/output.ts';
import { StatusLine } from '../output/status-line.ts';
import { showLog } from './show-log.ts';

/** A run with two attempts, the second of which is already under way: the first one was over at once. */
class TwoAttempts {
  readonly asked: (number | undefined)[] = [];
  latest = runOf({ attempt: 2, endedAt: null });

  async *logs({ attempt }: LogOptions): AsyncGenerator<LogPiece> {
    this.asked.push(attempt);
    const bytes = Buffer.from(`try ${attempt}\n`);
    yield { kind: 'data', stream: 'stdout', time: 0, offset: 0, bytes };
    if (attempt !== 1) this.latest = runOf({ attempt: 2, endedAt: '2030-01-02T03:04:05Z' });
    yield { kind: 'end', offset: bytes.length, run: this.latest };
  }

  refresh(): Promise<Run> {
    return Promise.resolve(this.latest);
  }
}

function runOf(run: Partial<Run>): Run {
  return run as Run;
}

it('shows every attempt from the first on, also one that ended before anybody looked', async () => {
  const run = new TwoAttempts();
  const shown: string[] = [];
  const sink = { piece: async ({ bytes }: { bytes: Uint8Array }) => void shown.push(String(bytes)) };
  const status = new StatusLine(new Output(2));
  const ended = await showLog(run as unknown as RunHandle, sink, { status, firstAttempt: 1 });
  expect(run.asked).toEqual([1, 2]);
  expect(shown.join('')).toBe('try 1\ntry 2\n');
  expect(ended.endedAt).not.toBeNull();
});
