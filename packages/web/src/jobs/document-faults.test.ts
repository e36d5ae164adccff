import { expect, it } from 'vitest';
import { faultsIn, readDocument } from './document-faults.ts';

const TEXT = `name: nightly
session:
  provider: process
commands:
  - make
  - shell: 7
outputs:
  - file: out.nc
    minSize: much
`;

const report = (...faults: readonly { readonly path: (string | number)[]; readonly message: string }[]) => ({
  faults: [...faults],
  warnings: [],
  document: null,
});

it('finds the line of what is wrong, in lists and objects, and of what is missing the line around it', () => {
  const read = readDocument(TEXT);
  expect(read.faults).toEqual([]);
  const found = faultsIn(
    read,
    report(
      { path: ['commands', 1, 'shell'], message: 'must be a text' },
      { path: ['outputs', 0, 'minSize'], message: 'must be a size' },
      { path: ['session', 'image'], message: 'is missing' },
      { path: ['outputs'], message: 'is no field of it' },
      { path: [], message: 'is too long' },
    ),
  );
  expect(found.map(({ line }) => line)).toEqual([6, 9, 2, 7, 1]);
  expect(found[0]?.message).toBe('commands.1.shell: must be a text');
});

it('says in which line it is no YAML, and takes JSON, too', () => {
  expect(readDocument('commands:\n  - "make\n').faults[0]?.line).toBeGreaterThan(1);
  expect(readDocument('- a\n- b').faults).toEqual([
    { line: 1, message: 'must hold fields such as commands: [...]' },
  ]);
  const json = readDocument('{\n  "commands": ["make"],\n  "nmae": 1\n}');
  expect(json.value).toEqual({ commands: ['make'], nmae: 1 });
  expect(json.lineOf(['nmae'])).toBe(3);
});
