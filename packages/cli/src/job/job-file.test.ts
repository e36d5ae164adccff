import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultLines, readJobFile } from './job-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'errand-job-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const path = join(folder, 'job.yaml');
  writeFileSync(path, text);
  return readJobFile(path);
}

/** Each holds the one before nine times. */
const BOMB = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name, at, names) => {
  const held = at === 0 ? 'x' : `*${names[at - 1]}`;
  return `${name}: &${name} [${Array.from({ length: 9 }, () => held).join(', ')}]`;
});

it.each([
  ['commands: [a\n', /job\.yaml:2: .*must be sufficiently indented/],
  ['', /job\.yaml:1: must hold fields/],
  ['- a\n', /must hold fields/],
  ['commands: [a]\n---\ncommands: [b]\n', /job\.yaml:2: another document begins here/],
  ['commands: [a]\ncommands: [b]\n', /job\.yaml:2: this field is there twice/],
  [BOMB.join('\n'), /job\.yaml: Excessive alias count/],
])('says of %j in one line what is wrong', async (text, sentence) => {
  await expect(read(text)).rejects.toMatchObject({
    name: 'CliError',
    message: expect.stringMatching(sentence),
  });
  await expect(read(text)).rejects.toSatisfy((error: Error) => !error.message.includes('\n'));
});

it('finds the line of what a fault speaks of, or of what is around it', async () => {
  const file = await read(
    'name: x\noutptus:\n  - s3: y\ncommands:\n  - true\n  - {shell: y, timeout: never}\n',
  );
  const faults = [
    { path: ['commands', 1, 'timeout'], message: 'b' },
    { path: ['name'], message: 'a' },
    { path: ['outptus'], message: 'd' },
    { path: ['commands', 1, 'nothing'], message: 'c' },
  ];
  expect(faultLines(file, faults).map((line) => line.replace(/^.*job\.yaml/, ''))).toEqual([
    ':1: name: a',
    ':2: outptus: d',
    ':6: commands.1.timeout: b',
    ':6: commands.1.nothing: c',
  ]);
});
