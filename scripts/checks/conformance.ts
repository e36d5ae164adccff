import { isTestFile, readText, repositoryFiles } from '../tree/files.ts';
import { importsOf } from '../tree/imports.ts';
import { adapterOf } from './adapter.ts';
import type { Check } from './check.ts';

/** Every adapter proves the whole contract of its port: a test in its folder calls a suite of @errand/core/testing. */
export const conformance: Check = async () => {
  const adapters = new Set(repositoryFiles().flatMap((path) => adapterOf(path)?.folder ?? []));
  return [...adapters]
    .filter((folder) => !testsOf(folder).some(callsSuite))
    .map((folder) => `${folder}: no test calls a suite of @errand/core/testing`);
};

function testsOf(folder: string): readonly string[] {
  return repositoryFiles().filter(
    (path) => path.startsWith(`${folder}/`) && isTestFile(path) && path.endsWith('.ts'),
  );
}

function callsSuite(path: string): boolean {
  const imported = importsOf(path).some(
    ({ specifier, kind }) => specifier === '@errand/core/testing' && kind === 'value',
  );
  return imported && /\b\w*(?:[sS]uite|[cC]onformance)\w*\(/.test(readText(path));
}
