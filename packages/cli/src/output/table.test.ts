import { describe, expect, it } from 'vitest';
import { commandText, plainText } from './plain-text.ts';
import { renderTable, shortened } from './table.ts';
import { agoText, leftText, parseDuration, spanText } from './time-text.ts';

describe('a table', () => {
  it('is as wide as its cells and has no blanks at the end', () => {
    const table = renderTable(
      ['ID', 'NAME'],
      [
        ['1', 'a'],
        ['22222', ''],
      ],
    );
    expect(table).toBe('ID     NAME\n1      a\n22222\n');
  });

  it('is cut to the terminal', () => {
    expect(renderTable(['ID', 'COMMAND'], [['1', 'long text']], 8)).toBe('ID  COM…\n1   lon…\n');
  });

  it('counts the columns that a character takes, not the characters', () => {
    const rows = [
      ['日本', 'x'],
      ['e\u0301', 'y'],
      ['ｶﾅ😀', 'z'],
    ];
    expect(renderTable(['A', 'B'], rows)).toBe('A     B\n日本  x\ne\u0301     y\nｶﾅ😀  z\n');
    expect(renderTable(['A', 'B'], [['日本語', 'x']], 6)).toBe('A    …\n日本…\n');
  });

  it('has long texts shortened, between characters', () => {
    expect(shortened('abc', 3)).toBe('abc');
    expect(shortened('ab😀cd'.repeat(100_000), 4)).toBe('ab😀…');
  });

  it('lets no control character through', () => {
    expect(renderTable(['X'], [['\u001b]0;own\u0007\n\u202e']])).toBe('X\n\\x1b]0;own\\x07\\n\\u202e\n');
  });
});

it('shows a command as somebody could type it', () => {
  expect(commandText(['sh', '-c', "it's; ls", ''])).toBe("sh -c 'it'\\''s; ls' ''");
  expect(plainText('tab\there')).toBe('tab\\there');
});

it.each([
  [0, '0s'],
  [999, '0s'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [90_000_000, '1d 1h'],
  [11 * 3_600_000 + 60_000, '11h'],
])('tells %d ms as %s', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});

it('reads durations', () => {
  expect(parseDuration('1.5h')).toBe(5_400_000);
  expect(parseDuration('500ms')).toBe(500);
  for (const text of ['', '2', '2 s', '-1s', '1w']) expect(parseDuration(text)).toBeNull();
  expect(agoText('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:02:00Z'))).toBe('2m ago');
  expect(leftText('2026-01-01T00:02:00Z', Date.parse('2026-01-01T00:00:00Z'))).toBe('2m');
});
