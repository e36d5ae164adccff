import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSecretsFile } from './secrets-file.ts';

const folder = mkdtempSync('/tmp/errand-secrets-');
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'secrets');

it('holds a value in each line, quoted where it has several lines', () => {
  writeFileSync(path, '# comment\n\nTOKEN = a=b=c=d=e \r\nKEY="first line\\nsecond \\"line\\""\n');
  expect(readSecretsFile(path)).toEqual(['a=b=c=d=e', 'first line\nsecond "line"']);
});

it.each([
  ['no value here', /line 1: a secret is written as NAME=value/],
  ['A=long enough\nPIN=zq42', /line 2: PIN has 4 characters/],
  ['KEY="not closed', /line 1: the value begins with a quote/],
  ['KEY=localhost', /line 1: KEY is a common word/],
])('that says %j is refused with its line, without the value', (text, sentence) => {
  writeFileSync(path, text);
  expect(() => readSecretsFile(path)).toThrow(sentence);
  expect(() => readSecretsFile(path)).not.toThrow(/zq42|localhost/);
});

it('that is not there is named', () => {
  expect(() => readSecretsFile(join(folder, 'none'))).toThrow(/cannot be read: .*none/);
});
