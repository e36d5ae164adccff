import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { secretValues } from './secret-values.ts';

const folder = mkdtempSync('/tmp/errand-secret-');
afterAll(() => rmSync(folder, { recursive: true }));

it('come from here, from a file, or as they were typed, which is told', () => {
  writeFileSync(join(folder, 'key'), 'first\nsecond\n');
  const given = ['TOKEN', `KEY=@${join(folder, 'key')}`, 'PASS=a=b'];
  expect(secretValues(given, { TOKEN: 'of here' })).toEqual({
    values: { TOKEN: 'of here', KEY: 'first\nsecond', PASS: 'a=b' },
    typed: ['PASS'],
  });
});

it.each([
  ['=x', 'a name is missing'],
  ['TOKEN', 'there is no variable TOKEN here; set it, or give TOKEN=@FILE'],
  ['KEY=@/no/such/file', 'KEY: the file cannot be read: ENOENT'],
])('%s is refused with what to do', (given, sentence) => {
  expect(() => secretValues([given], {})).toThrow(sentence);
});
