import type { Line } from './row.ts';

const HEADS = ['what', 'yardstick', 'measured', 'budget', 'met'] as const;
const GAP = '  ';

/** Lines as aligned text. */
export function renderTable(lines: readonly Line[]): string {
  const rows = [[...HEADS], ...lines.map(cellsOf)];
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [rows[0] ?? [], rule, ...rows.slice(1)].map((row) => lineOf(row, widths)).join('\n');
}

/** What the budgets come to, in a sentence. */
export function verdict(lines: readonly Line[]): string {
  const missed = lines.filter(({ met }) => met === false).map(({ what }) => what);
  const count = lines.filter(({ met }) => met !== null).length;
  if (count === 0) return 'none of these has a budget';
  if (missed.length === 0) return `all ${count} budgets that were measured are met`;
  return `${missed.length} of ${count} budgets are missed: ${missed.join('; ')}`;
}

function cellsOf({ what, yardstick, measured, budget, met }: Line): string[] {
  return [what, yardstick ?? '-', measured, budget, met === null ? '-' : met ? 'yes' : 'NO'];
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join(GAP)
    .trimEnd();
}
