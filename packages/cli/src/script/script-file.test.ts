import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readScriptFile } from './script-file.ts';

let folder: string;
beforeEach(() => {
  // Within the clone, so that a module finds zod as one in somebody's project would.
  folder = mkdtempSync(join(import.meta.dirname, 'test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

it('reads YAML and JSON as they stand there', async () => {
  expect(await readScriptFile(file('a.yaml', 'command: [echo, "{word}"]'))).toEqual({
    command: ['echo', '{word}'],
  });
  expect(await readScriptFile(file('a.json', '{"shell": "true"}'))).toEqual({ shell: 'true' });
  file('m.ts', 'export const run = () => 1;');
  expect(await readScriptFile(file('b.yaml', 'module: {file: m.ts}'))).toEqual({
    module: 'export const run = () => 1;',
  });
});

it('takes parameters and result of a module from what it exports, also where zod made them', async () => {
  const text = `
    import { z } from 'zod';
    export const description: string = 'speeds';
    export const parameters = z.object({ seconds: z.int().min(1).default(5).describe('how long'), host: z.string() });
    export const result = { type: 'object' };
    export const view = { kind: 'gauge', path: 'mbit', max: 1000 };
    export async function run() {}
  `;
  expect(await readScriptFile(file('speed.ts', text))).toMatchObject({
    module: text,
    description: 'speeds',
    parameters: {
      properties: { seconds: { type: 'integer', minimum: 1, default: 5, description: 'how long' } },
      required: ['host'],
    },
    result: { schema: { type: 'object' }, view: { kind: 'gauge', path: 'mbit', max: 1000 } },
  });
});

it.each([
  ['a.yaml', 'a: [', 'neither YAML nor JSON'],
  ['a.yaml', 'just text', 'must hold fields'],
  ['a.ts', 'export const other = 1;', 'exports no function run'],
  ['a.ts', 'this is no module', 'cannot be imported'],
  ['a.ts', 'export const parameters = 5; export const run = () => 1;', 'must be a JSON Schema'],
  ['a.yaml', 'module: {file: none.ts}', 'cannot be read beside it'],
])('says what is wrong with %s (%#)', async (name, text, sentence) => {
  await expect(readScriptFile(file(name, text))).rejects.toThrow(sentence);
});
