import { expect, test } from 'vitest';
import { aRun, aSpec } from '../testing/builders.ts';
import { hasWords } from './search-text.ts';

test('words are looked for in name, tags and command, with capitals or without', () => {
  const run = aRun({
    name: 'Nightly build',
    tags: ['release'],
    spec: aSpec({ command: { kind: 'argv', argv: ['make', '-C', '/srv/App'] } }),
  });
  for (const words of [['nightly'], ['NIGHTLY', 'release'], ['make -c', 'app'], []])
    expect(hasWords(run, words)).toBe(true);
  for (const words of [['nightly', 'test'], ['acme'], ['buildrelease']])
    expect(hasWords(run, words)).toBe(false);
});

test('a run of a script is known by its name and arguments, not by what these became', () => {
  const script = {
    name: 'speed',
    args: { host: 'example.com' },
    secretArgs: [],
    sha256: null,
    source: 'central',
    result: null,
  } as const;
  const run = aRun({ spec: aSpec({ command: { kind: 'shell', text: 'curl -s' }, script }) });
  expect(hasWords(run, ['speed', 'example.com'])).toBe(true);
  expect(hasWords(run, ['curl'])).toBe(false);
});
