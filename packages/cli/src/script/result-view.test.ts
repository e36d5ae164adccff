import { describe, expect, it } from 'vitest';
import { resultText } from './result-view.ts';

const shown = (result: unknown, resultView: Parameters<typeof resultText>[0]['resultView'], columns = 40) =>
  resultText({ result, resultView }, columns);

describe('a gauge', () => {
  const view = { kind: 'gauge', path: 'down.mbit', min: 0, max: 100, unit: 'Mbit/s' } as const;

  it('has its needle where the value is, and the number below', () => {
    expect(shown({ down: { mbit: 50 } }, view)).toBe(
      '0 ├────────────────▲───────────────┤ 100\n               50 Mbit/s\n',
    );
  });

  it.each([
    [250, /▲┤ 100\n *250 Mbit\/s \(beyond the scale\)/],
    [-3, /├▲.*\n *-3 Mbit\/s \(below the scale\)/],
  ])('keeps its needle on the scale and tells the true number (%d)', (mbit, pattern) => {
    expect(shown({ down: { mbit } }, view)).toMatch(pattern);
  });

  it('gives way to JSON where there is no number', () => {
    expect(shown({ down: 'fast' }, view)).toBe('{\n  "down": "fast"\n}\n');
  });
});

it('draws a table of the columns that are asked for, or of those that there are', () => {
  const rows = [{ name: 'a', size: 1, deep: { x: [2] } }, { name: '\u001b[31m' }];
  expect(
    shown(rows, {
      kind: 'table',
      path: '',
      columns: [
        { path: 'deep.x.0', title: 'X' },
        { path: 'name', title: 'NAME' },
      ],
    }),
  ).toBe('X  NAME\n2  a\n   \\x1b[31m\n');
  expect(shown({ rows }, { kind: 'table', path: 'rows', columns: [] }, 80)).toContain('name      size  deep');
});

it('draws a chart of bars or as a line', () => {
  const items = [
    { at: 'mon', ms: 5 },
    { at: 'tue', ms: 10 },
  ];
  const common = { kind: 'chart' as const, path: '', x: 'at', y: ['ms'], unit: 'ms' };
  expect(shown(items, { ...common, shape: 'bar' })).toMatch(/^mon █+ 5 ms\ntue █+ 10 ms\n$/);
  expect(shown(items, { ...common, shape: 'line' })).toBe('▁█\nfrom 5 to 10 ms, last 10 ms\n');
});

it('shows JSON where no view is declared', () => {
  expect(shown(null, null)).toBe('null\n');
});
