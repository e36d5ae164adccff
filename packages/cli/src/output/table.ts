import { plainText } from './plain-text.ts';

/** Rows in columns as wide as they need to be; with a width, lines are cut to it. Control characters in cells are made visible. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): string {
  const cells = [head, ...rows.map((row) => row.map(plainText))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => length(row[column] ?? ''))));
  return cells.map((row) => `${cut(lineOf(row, widths), width)}\n`).join('');
}

/** At most so many characters, the last of them … where something was left out. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : cut(text.slice(0, 2 * most), most);
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - length(cell)))
    .join('  ')
    .trimEnd();
}

function cut(line: string, width: number): string {
  const characters = Array.from(line);
  return characters.length <= width ? line : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function length(text: string): number {
  return Array.from(text).length;
}
