import type { ReactNode } from 'react';
import { numberText } from './at-path.ts';

export interface GaugeProps {
  /** null: there is none. */
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

const FROM = -90;
const TO = 90;

/** A half circle with a needle. The needle stops at the ends of the scale; the number does not. */
export function Gauge({ value, min, max, unit }: GaugeProps): ReactNode {
  const share = value === null ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min)));
  const angle = FROM + share * (TO - FROM);
  const text = value === null ? 'no number' : `${numberText(value)} ${unit}`.trim();
  return (
    <figure
      role="meter"
      aria-label="Result"
      aria-valuenow={value ?? undefined}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuetext={text}
      className="mx-auto flex w-full max-w-xs flex-col items-center"
    >
      <svg viewBox="0 0 200 112" className="w-full" aria-hidden="true">
        <path
          d="M20 100a80 80 0 0 1 160 0"
          fill="none"
          stroke="var(--color-sunken)"
          strokeWidth="14"
          strokeLinecap="round"
        />
        {value !== null && share > 0 && (
          <path
            d="M20 100a80 80 0 0 1 160 0"
            fill="none"
            stroke="var(--color-accent)"
            strokeWidth="14"
            strokeLinecap="round"
            pathLength="1"
            strokeDasharray={`${share} 1`}
          />
        )}
        <g
          data-angle={angle.toFixed(1)}
          style={{
            transform: `rotate(${angle}deg)`,
            transformOrigin: '100px 100px',
            transition: 'transform 0.8s ease-out',
          }}
        >
          <path d="M100 36 105 100 95 100z" fill="var(--color-ink)" />
        </g>
        <circle cx="100" cy="100" r="8" fill="var(--color-ink)" />
      </svg>
      <p className="flex w-full justify-between px-3 text-sm text-muted">
        <span>{numberText(min)}</span>
        <span>{numberText(max)}</span>
      </p>
      <figcaption className="text-3xl font-semibold tracking-tight tabular-nums">{text}</figcaption>
    </figure>
  );
}
