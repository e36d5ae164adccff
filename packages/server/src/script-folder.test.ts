import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Schemas } from './json-schema/schemas.ts';
import { ScriptFolder } from './script-folder.ts';

let path: string;
let now = 0;
const clock = { steady: () => now };
const schemas = new Schemas(clock);

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'errand-scripts-'));
});
afterEach(() => rmSync(path, { recursive: true }));

const write = (file: string, text: string): void => writeFileSync(join(path, file), text);

async function read(folder: ScriptFolder) {
  now += 1_001;
  return await folder.read(schemas);
}

it('reads a script of each file, and again when something changes', async () => {
  const folder = new ScriptFolder(path, clock);
  write('hi.yaml', 'command: [echo, hi]\n');
  write('README.md', 'no script');
  write('.hidden.yaml', 'command: [no]');
  expect(await read(folder)).toMatchObject([
    { name: 'hi', problem: null, definition: { code: { argv: ['echo', 'hi'] } } },
  ]);
  write('hi.yaml', 'command: [echo, hello]\n');
  write('two.json', '{"shell": "true", "parameters": {"properties": {"n": {"type": "integer"}}}}');
  expect(await read(folder)).toMatchObject([
    { name: 'hi', definition: { code: { argv: ['echo', 'hello'] } } },
    { name: 'two', definition: { code: { kind: 'shell', text: 'true' } } },
  ]);
  rmSync(join(path, 'hi.yaml'));
  expect(await read(folder)).toMatchObject([{ name: 'two' }]);
});

it('takes a module from the file beside it, and notices when only that changes', async () => {
  const folder = new ScriptFolder(path, clock);
  write('speed.yaml', 'module: {file: speed.ts}\n');
  write('speed.ts', 'export const run = () => 1;');
  expect(await read(folder)).toMatchObject([{ source: { text: 'export const run = () => 1;' } }]);
  write('speed.ts', 'export const run = () => 22;');
  expect(await read(folder)).toMatchObject([{ source: { text: 'export const run = () => 22;' } }]);
});

it.each([
  ['a.yaml', 'command: [', 'a.yaml: '],
  ['a.yaml', 'comand: [x]', 'comand'],
  ['a.yaml', 'module: {file: ../../etc/passwd}', 'beside this one'],
  ['a.yaml', 'module: {file: ..}', 'beside this one'],
  ['a.yaml', 'module: {file: none.ts}', 'none.ts'],
  ['a.yaml', 'name: b\ncommand: [x]', 'name: must be that of the file, a'],
  ['a.yaml', 'command: [x]\nparameters: {$ref: "http://127.0.0.1:1"}', 'nothing is fetched'],
])('keeps a file that is not right in the list, with the reason (%#)', async (file, text, sentence) => {
  const folder = new ScriptFolder(path, clock);
  write(file, text);
  expect(await read(folder)).toMatchObject([{ name: 'a', problem: expect.stringContaining(sentence) }]);
  write(file, 'command: [x]');
  expect(await read(folder)).toMatchObject([{ name: 'a', problem: null }]);
});

it('takes none of two files of one name', async () => {
  const folder = new ScriptFolder(path, clock);
  write('a.yaml', 'command: [x]');
  write('a.json', '{"command": ["y"]}');
  expect(await read(folder)).toMatchObject([
    { name: 'a', problem: expect.stringContaining('several files') },
  ]);
});

it('refuses a folder that is none', () => {
  expect(() => new ScriptFolder(join(path, 'none'), clock)).toThrow('is not a folder');
});
