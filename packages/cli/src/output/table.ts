import { plainText } from './plain-text.ts';
import { fitting, textWidth } from './text-width.ts';

/** Rows in columns as wide as they need to be; with a width, lines are cut to it. Control characters in cells are made visible. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): string {
  const cells = [head, ...rows.map((row) => row.map(plainText))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => textWidth(row[column] ?? ''))));
  return cells.map((row) => `${cut(lineOf(row, widths), width)}\n`).join('');
}

/** At most so many characters, the last of them … where something was left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, 2 * most));
  return characters.length <= most
    ? characters.join('')
    : `${characters.slice(0, Math.max(0, most - 1)).join('')}…`;
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - textWidth(cell)))
    .join('  ')
    .trimEnd();
}

function cut(line: string, width: number): string {
  return textWidth(line) <= width ? line : `${fitting(line, Math.max(0, width - 1))}…`;
}
