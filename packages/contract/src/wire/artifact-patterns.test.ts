import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternBase, patternFault, patternPlace } from './artifact-patterns.ts';

describe('patterns of artifacts', () => {
  it.each([
    ['out/*.txt', ['out/a.txt'], ['a.txt', 'out/a.csv', 'out/sub/a.txt', 'out/.hid.txt']],
    ['out', ['out', 'out/a', 'out/sub/.hidden'], ['output', 'a/out']],
    ['./out//', ['out/a'], ['a']],
    ['**/*.log', ['a.log', 'x/y/a.log'], ['x/.git/a.log', '.a.log']],
    ['a/**/b', ['a/b', 'a/x/y/b'], ['b', 'a/x']],
    ['a/**', ['a/x', 'a/x/y'], ['a', 'a/.x']],
    ['report-?.xml', ['report-1.xml'], ['report-.xml', 'report-10.xml']],
    ['.cache/*', ['.cache/a'], ['.cache/.b', 'cache/a']],
    ['[a].txt', ['[a].txt'], ['a.txt']],
    ['a*b*c', ['abc', 'aXbYbZc'], ['ab', 'abcd']],
  ])('%s means what it says', (pattern, meant, others) => {
    for (const path of meant) expect([path, isMeant(pattern, path)]).toEqual([path, true]);
    for (const path of others) expect([path, isMeant(pattern, path)]).toEqual([path, false]);
  });

  it('says what is no pattern', () => {
    expect(patternFault('/etc/passwd')).toContain('must not begin with /');
    expect(patternFault('a/../../b')).toContain('..');
    expect(patternFault('./')).toContain('must name something');
    expect(patternFault('a/..b')).toBeNull();
  });

  it('knows what comes before the first wildcard', () => {
    expect(patternBase('a/b*/c')).toEqual({ path: 'a', isWhole: false });
    expect(patternBase('*.txt')).toEqual({ path: '', isWhole: false });
    expect(patternBase('./a/b')).toEqual({ path: 'a/b', isWhole: true });
  });

  it('agrees with a regular expression on names of stars and letters', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text, name, (pattern, path) => {
        fc.pre(pattern !== '**');
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        return isMeant(pattern, path) === expression.test(path);
      }),
    );
  });

  it('takes no longer for a pattern that is made to', () => {
    expect(isMeant(`${'a*'.repeat(100)}b`, 'a'.repeat(10_000))).toBe(false);
    expect(isMeant(`${'**/'.repeat(50)}b`, `${'a/'.repeat(500)}c`)).toBe(false);
  });
});

function isMeant(pattern: string, path: string): boolean {
  let place = patternPlace([pattern]);
  for (const name of path.split('/')) place = place.step(name);
  return place.isMatch;
}
