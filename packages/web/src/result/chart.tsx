import type { ReactNode } from 'react';
import { numberText } from './at-path.ts';

export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly label: string;
  readonly shape: 'line' | 'bar';
  /** What stands below each point. */
  readonly x: readonly string[];
  readonly series: readonly Series[];
  readonly unit: string;
}

const WIDTH = 600;
const HEIGHT = 200;
const COLORS = [
  'var(--color-accent)',
  'var(--color-good)',
  'var(--color-warn)',
  'var(--color-bad)',
  'var(--color-muted)',
];

/** Numbers over what they belong to. Small on purpose: what it cannot say, the numbers behind it do. */
export function Chart({ label, shape, x, series, unit }: ChartProps): ReactNode {
  const numbers = series.flatMap(({ values }) => values.filter((value) => value !== null));
  if (numbers.length === 0) return <p className="text-muted">There are no numbers to draw.</p>;
  const low = Math.min(0, ...numbers);
  const high = Math.max(low + 1e-9, ...numbers);
  const place: Place = {
    left: (index) => ((index + 0.5) / Math.max(1, x.length)) * WIDTH,
    top: (value) => HEIGHT - ((value - low) / (high - low)) * HEIGHT,
    bar: (WIDTH / Math.max(1, x.length) / (series.length + 0.5)) * 0.9,
    base: HEIGHT - ((0 - low) / (high - low)) * HEIGHT,
    count: series.length,
  };
  const ends =
    `from ${numberText(Math.min(...numbers))} to ${numberText(Math.max(...numbers))} ${unit}`.trim();
  return (
    <figure className="flex flex-col gap-2">
      <svg
        role="img"
        aria-label={`${label}: ${numbers.length} numbers, ${ends}`}
        viewBox={`0 -8 ${WIDTH} ${HEIGHT + 16}`}
        preserveAspectRatio="none"
        className="h-48 w-full overflow-visible"
      >
        {[0, 0.5, 1].map((part) => (
          <path
            key={part}
            d={`M0 ${HEIGHT * part}H${WIDTH}`}
            stroke="var(--color-line)"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {series.map((one, index) =>
          shape === 'bar' ? (
            <Bars key={one.name} series={one} index={index} place={place} />
          ) : (
            <Line key={one.name} series={one} color={COLORS[index % COLORS.length] ?? ''} place={place} />
          ),
        )}
      </svg>
      <p className="flex justify-between gap-4 text-sm text-muted">
        <span>{x[0]}</span>
        <span>{ends}</span>
        <span>{x.length > 1 && x.at(-1)}</span>
      </p>
      {series.length > 1 && (
        <ul className="flex flex-wrap gap-x-4 text-sm">
          {series.map(({ name }, index) => (
            <li key={name} className="flex items-center gap-1.5">
              <span className="size-2.5 rounded-full" style={{ background: COLORS[index % COLORS.length] }} />
              {name}
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

/** Where a number stands in the drawing. */
interface Place {
  readonly left: (index: number) => number;
  readonly top: (value: number) => number;
  readonly bar: number;
  readonly base: number;
  readonly count: number;
}

function Line({
  series,
  color,
  place,
}: {
  readonly series: Series;
  readonly color: string;
  readonly place: Place;
}): ReactNode {
  let pen = 'M';
  const path = series.values
    .map((value, index) => {
      const step = value === null ? '' : `${pen}${place.left(index)} ${place.top(value)}`;
      pen = value === null ? 'M' : 'L';
      return step;
    })
    .join('');
  return (
    <>
      <path
        d={path}
        fill="none"
        stroke={color}
        strokeWidth="2"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
      {series.values.map((value, index) =>
        value === null ? null : (
          <path
            key={index}
            d={`M${place.left(index)} ${place.top(value)}h0.01`}
            stroke={color}
            strokeWidth="7"
            strokeLinecap="round"
            vectorEffect="non-scaling-stroke"
          >
            <title>{numberText(value)}</title>
          </path>
        ),
      )}
    </>
  );
}

function Bars({
  series,
  index,
  place,
}: {
  readonly series: Series;
  readonly index: number;
  readonly place: Place;
}): ReactNode {
  return series.values.map((value, at) =>
    value === null ? null : (
      <rect
        key={at}
        x={place.left(at) + (index - place.count / 2) * place.bar}
        y={Math.min(place.top(value), place.base)}
        width={place.bar}
        height={Math.max(1, Math.abs(place.base - place.top(value)))}
        fill={COLORS[index % COLORS.length]}
      >
        <title>{numberText(value)}</title>
      </rect>
    ),
  );
}
