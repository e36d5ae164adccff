import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { Bench } from './bench.ts';
import { type Line, notHere } from './row.ts';
import { ROWS } from './rows/index.ts';
import { surroundingsOf } from './surroundings.ts';
import { renderTable, verdict } from './table.ts';

const HELP = `npm run bench -- [--only row]... [--quick] [--json] [--data folder]

Measures the budgets, each beside its yardstick in the same run. Rows: ${ROWS.map(({ name }) => name).join(', ')}.
  --only row     only this row; repeatable
  --quick        fewer and smaller measurements: to see that they work, not to read their figures
  --json         the table as JSON
  --data folder  where data lies meanwhile (/dev/shm, else a temporary folder): its file system is part of the figures
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    data: { type: 'string', default: existsSync('/dev/shm') ? '/dev/shm' : tmpdir() },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? say(HELP) : await main();

async function main(): Promise<number> {
  const unknown = values.only.filter((name) => ROWS.every((row) => row.name !== name));
  if (unknown.length > 0) {
    process.stderr.write(`there is no row ${unknown.join(', ')}\n\n${HELP}`);
    return 2;
  }
  mkdirSync(values.data, { recursive: true });
  const surroundings = surroundingsOf(values.data);
  const about = Object.entries(surroundings).map(([name, value]) => `${name}: ${value}`);
  if (!values.json) say(`${about.join('\n')}\n\n`);
  const lines = await measureAll();
  if (values.json) say(`${JSON.stringify({ surroundings, quick: values.quick, lines }, null, 2)}\n`);
  else say(`${renderTable(lines)}\n\n${verdict(lines)}\n`);
  return 0;
}

async function measureAll(): Promise<Line[]> {
  await using bench = new Bench({ folder: values.data, quick: values.quick });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp(bench));
  const lines: Line[] = [];
  for (const row of ROWS) {
    if (values.only.length > 0 && !values.only.includes(row.name)) continue;
    process.stderr.write(`${row.name} ...\n`);
    const measured = await row.measure(bench).catch((error: unknown) => [failed(row.name, error)]);
    // Now too, so that a bench that is cut off was not for nothing.
    for (const line of measured)
      process.stderr.write(`  ${line.what}: ${line.measured} | ${line.yardstick ?? '-'}\n`);
    lines.push(...measured);
  }
  return lines;
}

/** Nothing of what was started stays behind. */
async function giveUp(bench: Bench): Promise<void> {
  await bench[Symbol.asyncDispose]();
  process.exit(130);
}

/** One row that cannot be measured does not take the others with it. */
function failed(name: string, error: unknown): Line {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return { ...notHere(name, '-', 'failed, see above'), met: false };
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}
