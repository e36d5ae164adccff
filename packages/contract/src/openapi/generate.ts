/** Writes docs/openapi.json; with --check compares instead and fails when it is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { openApiDocument } from './document.ts';

const file = new URL('../../../../docs/openapi.json', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const text = `${JSON.stringify(openApiDocument(version), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const present = readFileSync(file, 'utf8');
  if (present !== text) throw new Error('docs/openapi.json is out of date: run npm run generate');
} else {
  writeFileSync(file, text);
}
