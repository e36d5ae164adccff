import type { Run } from '@errand/sdk';
import { describedRun } from '../output/described-run.ts';
import { renderTable, shortened } from '../output/table.ts';
import { agoText, spanText } from '../output/time-text.ts';

/** A command may have a megabyte, which would be the width of every line; `--json` has all of it. */
const MOST_OF_COMMAND = 300;
/** Where a terminal has fewer columns, what the command is says more than these; `errand show` says them of each run. */
const NARROW = { columns: 100, without: new Set(['TOOK', 'POOL']) };

type Column = readonly [name: string, cellOf: (run: Run) => string];

/** Runs, a line each, cut to the width of the terminal. `now`: ms since 1970. */
export function runsTable(
  runs: readonly Run[],
  { width, now }: { readonly width: number; readonly now: number },
): string {
  // A column that nobody needs takes no room.
  const waits = runs.some(({ why }) => why !== null);
  const columns = columnsAt(now).filter(
    ([name]) => (waits || name !== 'WAITS FOR') && (width >= NARROW.columns || !NARROW.without.has(name)),
  );
  const rows = runs.map((run) => columns.map(([, cellOf]) => cellOf(run)));
  const head = columns.map(([name]) => name);
  return renderTable(head, rows, width);
}

function columnsAt(now: number): readonly Column[] {
  return [
    ['ID', ({ id }) => id],
    ['STATUS', ({ status }) => status],
    ['EXIT', ({ exitCode }) => (exitCode === null ? '' : String(exitCode))],
    ['CREATED', ({ createdAt }) => agoText(createdAt, now)],
    ['TOOK', (run) => tookText(run, now)],
    ['POOL', ({ pool }) => pool],
    ['COMMAND', commandOf],
    ['WAITS FOR', ({ why }) => why ?? ''],
  ];
}

function tookText({ startedAt, endedAt }: Run, now: number): string {
  if (startedAt === null) return '';
  return spanText((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

function commandOf(run: Run): string {
  return shortened(`${run.name === null ? '' : `${run.name}: `}${describedRun(run)}`, MOST_OF_COMMAND);
}
