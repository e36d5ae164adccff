import type { Run } from '@errand/sdk';
import type { ReactNode } from 'react';
import { atPath, numberAt, plainText } from './at-path.ts';
import { Chart } from './chart.tsx';
import { Gauge } from './gauge.tsx';
import { JsonTree } from './json-tree.tsx';
import { ResultTable } from './result-table.tsx';

export type View = NonNullable<Run['resultView']>;

/** A result as its script says that it is shown. What does not fit that is shown as it is, never as a zero. */
export function ResultView({
  result,
  view,
}: {
  readonly result: unknown;
  readonly view: View | null;
}): ReactNode {
  if (view === null) return <JsonTree value={result} />;
  return VIEWS[view.kind](result, view as never) ?? <JsonTree value={result} />;
}

/** More stand closer than a screen has points, and each is an element. */
const MOST_POINTS = 1_000;

type Views = {
  readonly [Kind in View['kind']]: (result: unknown, view: Extract<View, { kind: Kind }>) => ReactNode;
};

const VIEWS: Views = {
  gauge: (result, { path, min, max, unit }) => {
    const value = numberAt(result, path);
    return value === null ? null : <Gauge value={value} min={min} max={max} unit={unit} />;
  },
  table: (result, { path, columns }) => {
    const rows = atPath(result, path);
    return Array.isArray(rows) ? <ResultTable rows={rows} columns={columns} /> : null;
  },
  chart: (result, { path, shape, x, y, unit }) => {
    const items = atPath(result, path);
    if (!Array.isArray(items)) return null;
    const drawn = items.slice(0, MOST_POINTS);
    const names = drawn.map((item, index) => (x == null ? String(index + 1) : plainText(atPath(item, x))));
    const series = y.map((each) => ({
      name: each === '' ? 'value' : each,
      values: drawn.map((item) => numberAt(item, each)),
    }));
    return (
      <>
        <Chart label="Result" shape={shape} x={names} series={series} unit={unit} />
        {items.length > MOST_POINTS && (
          <p className="text-sm text-muted">
            the first {MOST_POINTS.toLocaleString('en')} of {items.length.toLocaleString('en')}
          </p>
        )}
      </>
    );
  },
  json: (result) => <JsonTree value={result} />,
};
