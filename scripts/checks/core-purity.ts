import { isTestFile, sourceFiles } from '../tree/files.ts';
import { type Node, parse, walk } from '../tree/syntax.ts';
import type { Check } from './check.ts';

/** Globals that read the clock, chance or the outside world, or that do something later. */
const IMPURE = new Set([
  'process',
  'performance',
  'crypto',
  'fetch',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]);

/** Syntax whose `key` is a name. */
const NAMING = new Set<string>([
  'TSPropertySignature',
  'TSMethodSignature',
  'PropertyDefinition',
  'MethodDefinition',
]);

/**
 * The domain gets time, chance and the world as arguments. That is what lets a test or the simulator replay
 * any history exactly. (Imports are the business of the import directions.)
 */
export const corePurity: Check = async () =>
  sourceFiles()
    .filter((path) => path.startsWith('packages/core/') && !isTestFile(path))
    .flatMap(problemsOf);

function problemsOf(path: string): readonly string[] {
  const problems: string[] = [];
  const { program, lineOf } = parse(path);
  walk(program, (node, parents) => {
    const what = impureUse(node, parents.at(-1));
    if (what) problems.push(`${path}:${lineOf(node.start)}: ${what} in core; take it as an argument`);
  });
  return problems;
}

function impureUse(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'Identifier' && IMPURE.has(node.name) && !isOnlyAName(node, parent)) return node.name;
  if (node.type === 'MemberExpression' && !node.computed && node.object.type === 'Identifier') {
    const text = `${node.object.name}.${node.property.type === 'Identifier' ? node.property.name : ''}`;
    if (text === 'Date.now' || text === 'Math.random') return text;
  }
  const calls = node.type === 'NewExpression' || node.type === 'CallExpression';
  if (
    calls &&
    node.callee.type === 'Identifier' &&
    node.callee.name === 'Date' &&
    node.arguments.length === 0
  )
    return 'the date of now';
  return undefined;
}

/** `provider.process` and `{ process: 1 }` only share the name with the global. */
function isOnlyAName(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent.property === node && !parent.computed;
  if (parent?.type === 'Property') return parent.key === node && !parent.shorthand && !parent.computed;
  return parent !== undefined && NAMING.has(parent.type) && 'key' in parent && parent.key === node;
}
