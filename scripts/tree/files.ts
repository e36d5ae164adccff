import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

let known: readonly string[] | undefined;

/** Every file of the repository, new ones included, ignored ones not; paths are relative to the root. */
export function repositoryFiles(): readonly string[] {
  known ??= execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
  })
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .toSorted();
  return known;
}

/** The TypeScript of all packages, the end-to-end tests and the benches. */
export function sourceFiles(): readonly string[] {
  return repositoryFiles().filter((path) => /^(packages|e2e|bench)\/.*\.tsx?$/.test(path));
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Tests, and what only tests use, may do more than production code. */
export function isTestFile(path: string): boolean {
  return /\.test(-d)?\.tsx?$|(^|\/)(test|testing)\//.test(path);
}
