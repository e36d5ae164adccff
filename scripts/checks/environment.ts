import { isTestFile, sourceFiles } from '../tree/files.ts';
import { type Node, parse, walk } from '../tree/syntax.ts';
import type { Check } from './check.ts';

/** `process.env` is read in one parsed place per executable, so that every setting has a name, a type and a default. */
export const environment: Check = async () =>
  sourceFiles()
    .filter((path) => path.startsWith('packages/') && !isTestFile(path))
    .filter((path) => !/\/(config|main)\.ts$/.test(path))
    .flatMap(problemsOf);

function problemsOf(path: string): readonly string[] {
  const problems: string[] = [];
  const { program, lineOf } = parse(path);
  walk(program, (node) => {
    if (readsEnvironment(node))
      problems.push(`${path}:${lineOf(node.start)}: read the environment in config.ts or main.ts`);
  });
  return problems;
}

/** `process.env`, and the `env` of `import { env } from 'node:process'`. */
function readsEnvironment(node: Node): boolean {
  if (node.type === 'ImportDeclaration' && /^(node:)?process$/.test(node.source.value))
    return node.specifiers.some(({ local }) => local.name === 'env');
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'process' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'env'
  );
}
