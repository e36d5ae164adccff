import { plainText } from '../output/plain-text.ts';

export interface Gauge {
  readonly min?: number | undefined;
  readonly max: number;
  readonly unit?: string | undefined;
}

/** Where the width is not known, as in a pipe; and wider a gauge would be hard to read. */
const WIDEST = 60;

/**
 * A scale with a needle, and the number under it:
 *
 *     0 ├────────────▲───────────────────────┤ 1000
 *                   347.2 Mbit/s
 *
 * The needle stops at the ends of the scale; the number is always the true one.
 */
export function gaugeText(value: number, { min = 0, max, unit = '' }: Gauge, columns: number): string {
  const [low, high] = [String(min), String(max)];
  const room = Math.max(10, Math.min(columns, WIDEST) - low.length - high.length - 4);
  const share = Math.min(1, Math.max(0, (value - min) / (max - min)));
  const needle = Math.round(share * (room - 1));
  const scale = '─'.repeat(needle) + '▲' + '─'.repeat(room - 1 - needle);
  const beyond = value < min ? ' (below the scale)' : value > max ? ' (beyond the scale)' : '';
  const number = `${value}${unit === '' ? '' : ` ${plainText(unit)}`}${beyond}`;
  const indent = Math.max(0, low.length + 2 + needle - Math.floor(number.length / 2));
  return `${low} ├${scale}┤ ${high}\n${' '.repeat(indent)}${number}\n`;
}
