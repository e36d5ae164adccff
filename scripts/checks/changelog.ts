import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText, root } from '../tree/files.ts';
import type { Check } from './check.ts';

/** The section for what is not yet released may be absent, never empty; nor may a heading in it be. */
export const changelog: Check = async () => {
  if (!existsSync(join(root, 'CHANGELOG.md'))) return ['CHANGELOG.md is missing'];
  const section = /^## \[?(?:Unreleased|Pending)\]?.*$([\s\S]*?)(?=^## |$(?![\s\S]))/im.exec(
    readText('CHANGELOG.md'),
  );
  if (!section) return [];
  const body = section[1]?.trim() ?? '';
  if (!/^[-*] \S/m.test(body)) return ['CHANGELOG.md: the section of unreleased changes is empty'];
  return emptyHeadings(body).map((heading) => `CHANGELOG.md: nothing under "${heading}"`);
};

function emptyHeadings(body: string): readonly string[] {
  const parts = body.split(/^### /m).slice(1);
  return parts.filter((part) => !/^[-*] \S/m.test(part)).map((part) => part.split('\n')[0] ?? '');
}
