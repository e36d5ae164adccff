import { expect, test } from 'vitest';
import { parseLine, styleBehind } from './ansi-line.ts';
import { cssColor, PLAIN } from './ansi-style.ts';

const ESC = '\u001b';

/** The text that people would see. */
function seen(text: string): string {
  return parseLine(text, PLAIN)
    .map((span) => span.text)
    .join('');
}

function styles(text: string): unknown {
  return parseLine(text, PLAIN).map(({ text: part, style }) => [part, style.fg, style.bg, style.bold]);
}

test('reads the 16, the 256 and the 16 million colours, in both ways of writing them', () => {
  expect(styles(`${ESC}[31mred${ESC}[0m plain ${ESC}[1;97;44mbold`)).toEqual([
    ['red', 1, null, false],
    [' plain ', null, null, false],
    ['bold', 15, 4, true],
  ]);
  expect(styles(`${ESC}[38;5;208ma${ESC}[48;2;1;2;3mb${ESC}[38:2::10:20:30mc${ESC}[mplain`)).toEqual([
    ['a', 208, null, false],
    ['b', 208, '#010203', false],
    ['c', '#0a141e', '#010203', false],
    ['plain', null, null, false],
  ]);
  expect([cssColor(9), cssColor(208), cssColor(232), cssColor('#010203')]).toEqual([
    'var(--ansi-9)',
    'rgb(255 135 0)',
    'rgb(8 8 8)',
    '#010203',
  ]);
});

test('colours that are none change nothing', () => {
  for (const parameters of ['38;5;999', '38;2;1;2', '48;5', '38', '999', '38;2;300;0;0'])
    expect(styles(`${ESC}[${parameters}mx`)).toEqual([['x', null, null, false]]);
});

test('carries the style into the next line', () => {
  const style = styleBehind(`a ${ESC}[33myellow`, PLAIN);
  expect(parseLine('goes on', style)).toEqual([{ text: 'goes on', style, href: null }]);
  expect(style.fg).toBe(3);
});

test('shows what carriage returns, backspaces and erasures leave, as a progress bar means it', () => {
  expect(seen('10 %\r55 %\r100 %')).toBe('100 %');
  expect(seen('longer text\rshort')).toBe('shortr text');
  expect(seen(`longer text\r${ESC}[Kshort`)).toBe('short');
  expect(seen('abc\b\bX')).toBe('aXc');
  expect(seen(`a${ESC}[3Cb`)).toBe('a   b');
  expect(seen(`abcdef${ESC}[2GX`)).toBe('aXcdef');
});

test('links lead to the web and nowhere else', () => {
  const link = (url: string): unknown =>
    parseLine(`${ESC}]8;;${url}${ESC}\\here${ESC}]8;;${ESC}\\ there`, PLAIN).map(({ text, href }) => [
      text,
      href,
    ]);
  expect(link('https://example.com/a?b')).toEqual([
    ['here', 'https://example.com/a?b'],
    [' there', null],
  ]);
  for (const url of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    ' https://x',
  ])
    expect(link(url)).toEqual([['here there', null]]);
});

test('whatever else a terminal would obey is left out', () => {
  const hostile = [
    `${ESC}]0;a new title\u0007`,
    `${ESC}]52;c;aGVsbG8=\u0007`,
    `${ESC}[2J${ESC}[H${ESC}[10;10H${ESC}[?1049h${ESC}[6n${ESC}c`,
    `${ESC}P+q544e${ESC}\\`,
    `${ESC}_application${ESC}\\`,
    '\u0000\u0007\u000e\u000f\u009b31m\u0085',
    '\u202e\u2066\u200f',
    `${ESC}(B${ESC}=${ESC}7`,
  ];
  for (const text of hostile) expect([text, seen(`before ${text}after`)]).toEqual([text, 'before after']);
});

test('what is cut off in the middle harms nothing', () => {
  for (const text of [ESC, `${ESC}[`, `${ESC}[38;5`, `${ESC}]8;;https://exa`, '\u009b'])
    expect(seen(`text${text}`)).toBe('text');
});

test('a program that asks for a line of a million columns does not get one', () => {
  expect(seen(`${ESC}[999999999Cx`).length).toBeLessThanOrEqual(10_000);
  expect(seen(`${'x'.repeat(50_000)}\r`).length).toBeLessThanOrEqual(10_000);
});

test('HTML is text', () => {
  expect(seen('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
});
