import { describe, expect, it } from 'vitest';
import { below, bytesText, stepsTo } from './path.ts';

describe('paths of files', () => {
  it('name what lies in a folder', () => {
    expect([below('', 'a'), below('a', 'b'), below('/', 'etc')]).toEqual(['a', 'a/b', '/etc']);
  });

  it('are led to step by step, from where commands begin or from the root', () => {
    expect(stepsTo('')).toEqual([]);
    expect(stepsTo('a//b/')).toEqual([
      { name: 'a', path: 'a' },
      { name: 'b', path: 'a/b' },
    ]);
    expect(stepsTo('/etc/ssl').map(({ path }) => path)).toEqual(['/', '/etc', '/etc/ssl']);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1 kB'],
    [12_345, '12.3 kB'],
    [4_560_000_000, '4.56 GB'],
  ])('of %d bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});
