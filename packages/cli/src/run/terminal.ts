import { setTimeout as sleep } from 'node:timers/promises';
import type { Errand, RunHandle } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { EscapeKeys } from './escape-keys.ts';
import { rawTerminal } from './raw-terminal.ts';
import type { RunConfig } from './run-config.ts';
import { submitToServer, terminalSize } from './run-on-server.ts';
import { watchRun } from './watch-run.ts';

/** The way to the terminal of a run. */
export interface TerminalLine {
  /** Resolves when more may follow. */
  write(bytes: Uint8Array): Promise<unknown>;
  resize(size: { readonly rows: number; readonly columns: number }): void;
}

/** Runs a command in a terminal on a server, with ours in front of it. */
export async function runInTerminal(cli: Cli, errand: Errand, config: RunConfig): Promise<number> {
  const submit = (): Promise<RunHandle> => submitToServer(errand, config);
  return await watchInTerminal(cli, submit, { output: config.output, lineOf: lineToServer });
}

export interface TerminalOptions {
  readonly output: RunConfig['output'];
  readonly lineOf: (run: RunHandle) => TerminalLine | undefined;
}

/**
 * Puts our terminal into raw mode while the run is watched: every key, Ctrl-C included, belongs to the program. Enter ~ . stops watching, the run
 * goes on.
 */
export async function watchInTerminal(
  cli: Cli,
  submit: () => Promise<RunHandle>,
  { output, lineOf }: TerminalOptions,
): Promise<number> {
  const detached = new AbortController();
  const feed = async (run: RunHandle, signal: AbortSignal): Promise<void> => {
    const line = lineOf(run);
    if (line === undefined) return;
    const unfollow = followSize(line);
    await sendKeys(line, detached, signal).finally(unfollow);
  };
  const restore = rawTerminal();
  try {
    return await watchRun(cli, submit, {
      output,
      feed,
      detached: detached.signal,
      leaveTerminal: restore,
    });
  } finally {
    restore();
  }
}

function lineToServer(run: RunHandle): TerminalLine {
  let offset = 0;
  return {
    async write(bytes) {
      const { size } = await run.input(bytes, { from: offset, end: false });
      offset = size;
    },
    // A size that is lost is followed by the next one.
    resize: (size) => void run.resize(size).catch(() => undefined),
  };
}

const NEWLINE = 10;
/** Ends the input at the start of a line; within one it only passes on what was typed. */
const CTRL_D = 4;

async function sendKeys(line: TerminalLine, detached: AbortController, signal: AbortSignal): Promise<void> {
  const keys = new EscapeKeys();
  let atLineStart = true;
  const stop = (): void => void process.stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      const { bytes, detach } = keys.push(chunk);
      if (bytes.length > 0) await line.write(bytes);
      if (detach) return detached.abort();
      atLineStart = bytes.at(-1) === NEWLINE;
    }
    if (!process.stdin.isTTY) await endInput(line, atLineStart, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** How long after an end of input the next one follows, ms; more each time. */
const NEXT_END_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;
const LAST_NEXT_END_MS = 30_000;

/**
 * In a terminal an end of input is a key, without which `seq 3 | errand run --tty -- wc -l` would wait for ever. Who reads again shall find the end again,
 * and a shell throws away what was typed before it had begun: so the key is pressed until the run is over.
 */
async function endInput(line: TerminalLine, atLineStart: boolean, signal: AbortSignal): Promise<void> {
  await line.write(Uint8Array.from(atLineStart ? [CTRL_D] : [CTRL_D, CTRL_D]));
  for (let times = 0; ; times += 1) {
    await sleep(NEXT_END_MS[times] ?? LAST_NEXT_END_MS, undefined, { signal });
    // Whether a run that is just ending still takes it is all the same.
    await line.write(Uint8Array.of(CTRL_D)).catch(() => undefined);
  }
}

/** Answers how to stop. */
function followSize(line: TerminalLine): () => void {
  const tell = (): void => line.resize(terminalSize());
  process.on('SIGWINCH', tell);
  return () => void process.off('SIGWINCH', tell);
}
