import { type Node, parseSync } from 'oxc-parser';
import { readText } from './files.ts';

export type { Node };

/** The syntax tree of a source file. Broken syntax is the type check's business, so it is not reported here. */
export function parse(path: string): { program: Node; lineOf: (offset: number) => number } {
  const text = readText(path);
  return {
    program: parseSync(path, text).program,
    lineOf: (offset) => text.slice(0, offset).split('\n').length,
  };
}

/** Visits every node below `node`, itself included, with the nodes above it (nearest last). */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const parents: Node[] = [];
  const enter = (current: Node): void => {
    visit(current, parents);
    parents.push(current);
    for (const value of Object.values(current)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) enter(child);
    }
    parents.pop();
  };
  enter(node);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
