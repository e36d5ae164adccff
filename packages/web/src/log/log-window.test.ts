import { expect, test } from 'vitest';
import { LogWindow, type WindowPiece } from './log-window.ts';

function piece(
  offset: number,
  text: string,
  stream: 'stdout' | 'stderr' = 'stdout',
  time = offset,
): WindowPiece {
  return { offset, stream, time, bytes: new TextEncoder().encode(text) };
}

function texts(window: LogWindow): readonly string[] {
  return window.lines.map((line) => window.textOf(line));
}

test('cuts lines however the bytes arrive', () => {
  const whole = 'one\ntwo\r\n\nfour äöü\nlast';
  for (const size of [1, 2, 5, 100]) {
    const window = new LogWindow();
    const bytes = new TextEncoder().encode(whole);
    for (let at = 0; at < bytes.length; at += size)
      window.append({ ...piece(at, ''), bytes: bytes.subarray(at, at + size) });
    expect(texts(window)).toEqual(['one', 'two', '', 'four äöü', 'last']);
    expect(window.lines.at(-1)?.open).toBe(true);
  }
});

test('grows at its front, and joins the line that it began in the middle of', () => {
  const window = new LogWindow();
  window.append(piece(10, 'ond\nthird\n'));
  expect(texts(window)).toEqual(['ond', 'third']);
  expect(window.prepend([piece(0, 'first\n'), piece(6, 'sec\n')])).toBe(true);
  expect(texts(window)).toEqual(['first', 'sec', 'ond', 'third']);
  expect(window.prepend([piece(100, 'elsewhere')])).toBe(false);
});

test('takes only what follows its end', () => {
  const window = new LogWindow();
  window.append(piece(0, 'abc'));
  expect(window.append(piece(5, 'gap'))).toBe(false);
  expect(window.append(piece(1, 'again'))).toBe(false);
  expect(texts(window)).toEqual(['abc']);
});

test('knows who wrote a line and when, also after it was cut at the front', () => {
  const window = new LogWindow();
  window.append(piece(0, 'out\n', 'stdout', 1));
  window.append(piece(4, 'err\n', 'stderr', 2));
  window.append(piece(8, 'out again\n', 'stdout', 3));
  const origins = (): unknown =>
    window.lines.map(({ start }) => [window.originOf(start).stream, window.originOf(start).time]);
  expect(origins()).toEqual([
    ['stdout', 1],
    ['stderr', 2],
    ['stdout', 3],
  ]);
  window.trimFront(14);
  expect(texts(window)).toEqual(['err', 'out again']);
  expect(origins()).toEqual([
    ['stderr', 2],
    ['stdout', 3],
  ]);
});

test('stays small while a log of any size goes through it', () => {
  const window = new LogWindow();
  const text = `${'x'.repeat(99)}\n`.repeat(1_000);
  for (let at = 0; at < 50; at += 1) {
    window.append(piece(at * text.length, text));
    if (window.length > 300_000) window.trimFront(200_000);
  }
  expect(window.length).toBeLessThanOrEqual(300_000);
  expect(window.end).toBe(50 * text.length);
  expect(window.lines.length).toBe(window.length / 100);
  window.trimBack(100_000);
  expect(window.length).toBeLessThanOrEqual(100_000);
});

test('shows a megabyte without a newline in parts, and cuts no character in two', () => {
  const window = new LogWindow();
  window.append(piece(0, 'ä'.repeat(500_000)));
  expect(window.lines.length).toBeGreaterThan(200);
  expect(texts(window).join('')).toBe('ä'.repeat(500_000));
  expect(window.lines[1]?.continued).toBe(true);
});

test('carries colours from line to line', () => {
  const window = new LogWindow();
  window.append(piece(0, '\u001b[31mred\nstill red\u001b[0m\nplain\n'));
  expect(window.lines.map(({ style }) => style.fg)).toEqual([null, 1, null]);
});
