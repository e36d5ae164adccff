import { type Node, parse, walk } from './syntax.ts';

/** How a module is reached: `type` is erased before it runs, `lazy` loads only when the line is executed. */
export type ImportKind = 'value' | 'type' | 'lazy';

export interface Import {
  readonly specifier: string;
  readonly kind: ImportKind;
  readonly line: number;
}

const known = new Map<string, readonly Import[]>();

/** Everything a source file imports or re-exports. */
export function importsOf(path: string): readonly Import[] {
  const before = known.get(path);
  if (before) return before;
  const found: Import[] = [];
  const { program, lineOf } = parse(path);
  walk(program, (node) => {
    const one = importIn(node);
    if (one) found.push({ ...one, line: lineOf(node.start) });
  });
  known.set(path, found);
  return found;
}

function importIn(node: Node): Omit<Import, 'line'> | undefined {
  if (node.type === 'ImportDeclaration')
    return { specifier: node.source.value, kind: node.importKind === 'type' ? 'type' : 'value' };
  if (node.type === 'ExportAllDeclaration' || node.type === 'ExportNamedDeclaration')
    return node.source
      ? { specifier: node.source.value, kind: node.exportKind === 'type' ? 'type' : 'value' }
      : undefined;
  if (node.type === 'ImportExpression') return literal(node.source, 'lazy');
  if (node.type === 'TSImportType') return literal(node.source, 'type');
  return undefined;
}

/** An `import(expression)` whose target is only known at run time is left to review. */
function literal(node: Node, kind: ImportKind): Omit<Import, 'line'> | undefined {
  return node.type === 'Literal' && typeof node.value === 'string'
    ? { specifier: node.value, kind }
    : undefined;
}
