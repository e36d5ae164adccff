/** Writes docs/errand.schema.json for editors; with --check compares instead and fails when it is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigFile } from './config.ts';

const file = new URL('../../../docs/errand.schema.json', import.meta.url);
const schema = { title: 'errand.yaml', ...z.toJSONSchema(ConfigFile, { io: 'input' }) };
const text = `${JSON.stringify(schema, null, 2)}\n`;

if (process.argv.includes('--check')) {
  const present = readFileSync(file, 'utf8');
  if (present !== text) throw new Error('docs/errand.schema.json is out of date: run npm run generate');
} else {
  writeFileSync(file, text);
}
