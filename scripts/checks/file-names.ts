import { repositoryFiles } from '../tree/files.ts';
import type { Check } from './check.ts';

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.(ts|tsx|c|h|sh|css|html)$/;

/** Names that say nothing about what a file holds. */
const EMPTY_NAMES = /^(utils?|helpers?|lib|libs|common|misc|manager|shared|stuff)$/;

/** Files are named by what they hold, in kebab-case; a folder or file called `utils` collects everything. */
export const fileNames: Check = async () => repositoryFiles().flatMap(problemsOf);

function problemsOf(path: string): readonly string[] {
  if (!/\.(ts|tsx|c|h|sh|css|html)$/.test(path)) return [];
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (!KEBAB.test(name)) problems.push(`${path}: call it in kebab-case`);
  for (const part of parts) {
    const stem = part.split('.')[0] ?? '';
    if (EMPTY_NAMES.test(stem)) problems.push(`${path}: "${part}" does not say what it holds`);
  }
  return problems;
}
