import type { Run, RunHandle } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { StatusLine } from '../output/status-line.ts';
import { type LogSink, mergeTo, showLog, splitTo } from '../run/show-log.ts';
import { withTimes } from '../run/timed-lines.ts';
import { type Command, idOf, type Runner, withExamples, withPlace } from './command.ts';

interface LogsOptions extends PlaceFlags {
  readonly follow?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly merge?: boolean;
  readonly attempt?: string;
  readonly timestamps?: boolean;
  readonly from?: string;
  readonly tail?: string;
}

export function declare(command: Command, run: Runner): void {
  command
    .argument('<id>', 'id of the run', idOf)
    .option('-f, --follow', 'go on until the run ends; Ctrl-C stops watching, the run goes on')
    .option('--stdout', 'only what it wrote to stdout')
    .option('--stderr', 'only what it wrote to stderr')
    .option('--merge', 'both streams to stdout, in order of arrival')
    .option('--attempt <n>', 'log of this attempt (the latest)')
    .option('--timestamps', 'begin each line with its time and stream, on stdout')
    .option('--from <offset>', 'begin at this byte of the log')
    .option('--tail <bytes>', 'begin this many bytes before its present end');
  withPlace(command).action(run(showLogs));
  withExamples(command, [
    ['errand logs run_01hq…', 'what there is, stdout to stdout and stderr to stderr'],
    ['errand logs -f run_01hq…', 'from its first byte, then as it comes'],
    ['errand logs --tail 2000 --timestamps ID', 'the last lines, with their times'],
  ]);
}

/** Shows the log of a run, from where the options say. */
export async function showLogs(cli: Cli, id: string, options: LogsOptions): Promise<number> {
  const { errand } = await cli.connect(options);
  const run = await errand.runs.get(id);
  const attempt = numberOf('--attempt', options.attempt);
  const stream = streamOf(options);
  const from = await beginOf(run, options, attempt);
  const sink = sinkOf(cli, options);
  if (options.follow !== true) {
    for await (const piece of run.logs({ from, attempt, stream, follow: false }))
      if (piece.kind === 'data') await sink.piece(piece);
    return EXIT.ok;
  }
  using status = new StatusLine(cli.stderr);
  status.show(`${id}: ${run.latest.why ?? run.latest.status}`);
  const first = attempt ?? latestAttempt(run.latest);
  await showLog(run, sink, { from, attempt: first, only: attempt !== undefined, stream, status });
  return EXIT.ok;
}

/** The one under way, else the last one that was executed: what the API means by no attempt. */
function latestAttempt({ attempts }: Run): number {
  return attempts.findLast(({ end, endedAt }) => end !== null || endedAt === null)?.attempt ?? 1;
}

function sinkOf({ stdout, stderr }: Cli, { merge, timestamps }: LogsOptions): LogSink {
  if (timestamps === true) return withTimes(stdout);
  return merge === true ? mergeTo(stdout) : splitTo(stdout, stderr);
}

function streamOf({ stdout, stderr }: LogsOptions): 'stdout' | 'stderr' | undefined {
  if (stdout === stderr) return undefined;
  return stdout === true ? 'stdout' : 'stderr';
}

async function beginOf(
  run: RunHandle,
  { from, tail }: LogsOptions,
  attempt: number | undefined,
): Promise<number> {
  const begin = numberOf('--from', from) ?? 0;
  const last = numberOf('--tail', tail);
  if (last === undefined) return begin;
  return Math.max(begin, (await sizeOf(run, attempt)) - last);
}

/** The API tells the size of a log with its end; before that, where a read from its beginning stops. */
async function sizeOf(run: RunHandle, attempt: number | undefined): Promise<number> {
  const known = run.latest.attempts.find((each) => each.attempt === (attempt ?? run.latest.attempt))?.log
    ?.bytes;
  if (known !== undefined) return known;
  let size = 0;
  for await (const piece of run.logs({ attempt, follow: false }))
    if (piece.kind === 'data') size = piece.offset + piece.bytes.length;
  return size;
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new CliError(`${option} takes a whole number, not ${text}`);
  return Number(text);
}
