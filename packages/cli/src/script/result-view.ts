import type { Run } from '@errand/sdk';
import { plainText } from '../output/plain-text.ts';
import { renderTable } from '../output/table.ts';
import { atPath, cellText } from './at-path.ts';
import { gaugeText } from './gauge.ts';

type View = NonNullable<Run['resultView']>;
type ViewOf<Kind extends View['kind']> = Extract<View, { kind: Kind }>;

/** A result as its view wants it shown, in lines; as JSON where it has none, or is not what its view expects. */
export function resultText(
  { result, resultView }: Pick<Run, 'result' | 'resultView'>,
  columns: number,
): string {
  const drawn = resultView === null ? null : DRAWN[resultView.kind](result, resultView as never, columns);
  return drawn ?? `${JSON.stringify(result, null, 2)}\n`;
}

const DRAWN: {
  readonly [Kind in View['kind']]: (result: unknown, view: ViewOf<Kind>, columns: number) => string | null;
} = {
  gauge: (result, view, columns) => {
    const value = atPath(result, view.path);
    return typeof value === 'number' ? gaugeText(value, view, columns) : null;
  },
  table: (result, view, columns) => tableText(result, view, columns),
  chart: (result, view, columns) => chartText(result, view, columns),
  json: () => null,
};

function tableText(result: unknown, { path, columns }: ViewOf<'table'>, width: number): string | null {
  const rows = atPath(result, path);
  if (!Array.isArray(rows)) return null;
  const shown = columns.length > 0 ? columns : columnsOf(rows);
  if (shown.length === 0) return null;
  const head = shown.map(({ title, path: at }) => plainText(title ?? at));
  return renderTable(
    head,
    rows.map((row) => shown.map(({ path: at }) => cellText(atPath(row, at)))),
    width,
  );
}

/** Those that the first rows have. */
function columnsOf(rows: readonly unknown[]): readonly { readonly path: string; readonly title?: string }[] {
  const names = rows
    .slice(0, 20)
    .flatMap((row) =>
      typeof row === 'object' && row !== null && !Array.isArray(row) ? Object.keys(row) : [],
    );
  return [...new Set(names)].map((path) => ({ path, title: path }));
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Where the width is not known, as in a pipe. */
const COLUMNS = 72;

/** Bars as lines with their number behind; a line as one row of blocks from its least to its greatest value. */
function chartText(result: unknown, view: ViewOf<'chart'>, columns: number): string | null {
  const items = atPath(result, view.path);
  if (!Array.isArray(items) || items.length === 0) return null;
  const series = view.y.map((path) => ({
    path,
    values: items.map((item) => Number(atPath(item, path))),
  }));
  if (series.some(({ values }) => values.some((value) => !Number.isFinite(value)))) return null;
  const labels = items.map((item, index) =>
    view.x === null ? String(index + 1) : plainText(cellText(atPath(item, view.x))),
  );
  const width = Math.min(columns, COLUMNS);
  const unit = view.unit === '' ? '' : ` ${plainText(view.unit)}`;
  return series
    .map(({ path, values }) => {
      const title = series.length === 1 ? '' : `${plainText(path)}\n`;
      return (
        title +
        (view.shape === 'bar' ? barsText(labels, values, { width, unit }) : lineText(values, { width, unit }))
      );
    })
    .join('');
}

interface Drawing {
  readonly width: number;
  readonly unit: string;
}

function barsText(labels: readonly string[], values: readonly number[], { width, unit }: Drawing): string {
  const most = Math.max(...values, 0);
  const margin = Math.min(24, Math.max(...labels.map(({ length }) => length)));
  const room = Math.max(8, width - margin - 16);
  return values
    .map((value, index) => {
      const length = most === 0 ? 0 : Math.round((Math.max(0, value) / most) * room);
      return `${(labels[index] ?? '').slice(0, margin).padEnd(margin)} ${'█'.repeat(length)} ${value}${unit}\n`;
    })
    .join('');
}

function lineText(values: readonly number[], { width, unit }: Drawing): string {
  const shown = thinned(values, width);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || 1;
  const blocks = shown.map((value) => BARS[Math.min(7, Math.floor(((value - least) / span) * 8))] ?? '');
  return `${blocks.join('')}\nfrom ${least} to ${most}${unit}, last ${values.at(-1) ?? ''}${unit}\n`;
}

/** The mean of neighbours, where there are more values than columns. */
function thinned(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  return Array.from({ length: width }, (_, column) => {
    const some = values.slice(
      Math.floor((column * values.length) / width),
      Math.floor(((column + 1) * values.length) / width),
    );
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });
}
