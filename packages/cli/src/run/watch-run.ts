import type { Run, RunHandle } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-status.ts';
import { OutputClosedError } from '../output/output.ts';
import { plainText } from '../output/plain-text.ts';
import { StatusLine } from '../output/status-line.ts';
import { endingSentence, exitStatusOf, keptSentence, missingSentence } from './ending.ts';
import { Interrupts } from './interrupts.ts';
import type { RunConfig } from './run-config.ts';
import { type LogSink, mergeTo, showLog, splitTo } from './show-log.ts';
import { showWaiting } from './show-waiting.ts';

export interface WatchOptions {
  readonly output: RunConfig['output'];
  /** What feeds the run while it is watched; told to stop by the signal. */
  readonly feed?: ((run: RunHandle, signal: AbortSignal) => Promise<void>) | undefined;
  /** Aborts when whoever sits at the terminal wants to leave the run alone. */
  readonly detached?: AbortSignal;
  /** Called once nothing of the run is shown any more, before a word of ours is. */
  readonly leaveTerminal?: () => void;
  /** Shows the run once it has ended, with its result, in place of JSON. */
  readonly present?: (run: Run) => Promise<void>;
}

/** Submits a run and watches it to its end: its output to ours, our interrupts to it. Answers the exit status. */
export async function watchRun(
  cli: Cli,
  submit: (status: StatusLine) => Promise<RunHandle>,
  options: WatchOptions,
): Promise<number> {
  using status = new StatusLine(cli.stderr);
  using interrupts = new Interrupts(status);
  status.show('submitting');
  const run = await submit(status);
  interrupts.watch(run);
  const feeding = new AbortController();
  const left = options.detached ?? feeding.signal;
  void showWaiting(run, status, feeding.signal);
  const fed = options.feed?.(run, AbortSignal.any([feeding.signal, interrupts.gone]));
  fed?.catch((error: unknown) => status.note(`input could not be sent: ${plainText(String(error))}`));
  try {
    const ended = await showLog(run, sinkOf(cli, options), {
      signal: AbortSignal.any([interrupts.gone, left]),
      status,
      attempt: 1,
    }).finally(options.leaveTerminal);
    return await finish(cli, await withResult(run, ended), options);
  } catch (error) {
    if (interrupts.gone.aborted) return await leave(cli, run);
    if (options.detached?.aborted === true) return await detach(cli, run);
    if (error instanceof OutputClosedError) return await endUnread(run);
    await cli.stderr
      .line(`errand: the run goes on; errand logs -f ${run.id} shows it`)
      .catch(() => undefined);
    throw error;
  } finally {
    feeding.abort();
  }
}

function sinkOf({ stdout, stderr }: Cli, { output }: WatchOptions): LogSink {
  if (output === 'split') return splitTo(stdout, stderr);
  return mergeTo(output === 'merge' ? stdout : stderr);
}

/** The end of a log does not carry the result. */
async function withResult(run: RunHandle, ended: Run): Promise<Run> {
  return ended.hasResult ? await run.refresh() : ended;
}

async function finish(cli: Cli, run: Run, { output, present }: WatchOptions): Promise<number> {
  if (present !== undefined) await present(run);
  else if (output === 'json') await cli.stdout.line(JSON.stringify(run, null, 2));
  const onTerminal = cli.stderr.isTerminal;
  const sentences = [
    endingSentence(run, onTerminal),
    onTerminal ? missingSentence(run) : null,
    keptSentence(run, onTerminal),
  ];
  for (const sentence of sentences) {
    // A stderr that nobody reads changes nothing about how the command ended.
    if (sentence !== null) await cli.stderr.line(`errand: ${plainText(sentence)}`).catch(() => undefined);
  }
  return exitStatusOf(run);
}

/** Watching was stopped; the run is being ended without us. */
async function leave(cli: Cli, run: RunHandle): Promise<number> {
  const sentence = `no longer watching ${run.id}; its end goes on. errand logs -f ${run.id} comes back to it`;
  await cli.stderr.line(`errand: ${sentence}`).catch(() => undefined);
  return EXIT.canceled;
}

async function detach(cli: Cli, run: RunHandle): Promise<number> {
  await cli.stderr
    .line(`\nerrand: ${run.id} goes on; errand logs -f ${run.id} shows it`)
    .catch(() => undefined);
  return EXIT.ok;
}

/** As in a local pipeline: what writes to nobody is ended, and says nothing about it. */
async function endUnread(run: RunHandle): Promise<number> {
  await run.cancel({ signal: 'TERM' }).catch(() => undefined);
  return EXIT.pipeClosed;
}
