import type { LogOptions, LogPiece, Run, RunHandle } from '@errand/sdk';
import { expect, it } from 'vitest';
import { Output } from '../output/output.ts';
import { StatusLine } from '../output/status-line.ts';
import { showLog } from './show-log.ts';

/** A run with three attempts, all of which were over before anybody looked. */
class ThreeAttempts {
  readonly latest = { attempt: 3, endedAt: '2030-01-02T03:04:05Z' } as Run;

  async *logs({ attempt }: LogOptions): AsyncGenerator<LogPiece> {
    const bytes = Buffer.from(`try ${attempt}\n`);
    yield { kind: 'data', stream: 'stdout', time: 0, offset: 0, bytes };
    yield { kind: 'end', offset: bytes.length, run: this.latest };
  }

  refresh(): Promise<Run> {
    return Promise.resolve(this.latest);
  }
}

async function shown(options: { attempt: number; only?: boolean }): Promise<string> {
  const run = new ThreeAttempts();
  let text = '';
  const sink = { piece: async ({ bytes }: { bytes: Uint8Array }) => void (text += String(bytes)) };
  const status = new StatusLine(new Output(2));
  expect(await showLog(run as unknown as RunHandle, sink, { status, ...options })).toBe(run.latest);
  return text;
}

it('shows every attempt from the first on, also those that ended before anybody looked', async () => {
  expect(await shown({ attempt: 1 })).toBe('try 1\ntry 2\ntry 3\n');
  expect(await shown({ attempt: 3 })).toBe('try 3\n');
});

it('shows one attempt alone', async () => {
  expect(await shown({ attempt: 2, only: true })).toBe('try 2\n');
});
