import type { JobReport } from '@errand/sdk';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

/** Something that is wrong, and where. */
export interface DocumentFault {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface ReadDocument {
  /** null: it is no document that could be sent. */
  readonly value: Readonly<Record<string, unknown>> | null;
  readonly faults: readonly DocumentFault[];
  /** The line of what a path names, or of the nearest thing around it that there is. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
}

/** Reads YAML or JSON as it stands in an editor, and remembers the lines. */
export function readDocument(text: string): ReadDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node = nodeAt(document, path.slice(0, depth));
      if (isNode(node) && node.range != null) return lineAt(node.range[0]);
    }
    return 1;
  };
  const faults = document.errors.map(({ message, pos }) => ({ line: lineAt(pos[0]), message }));
  if (faults.length > 0) return { value: null, faults, lineOf };
  if (isMap(document.contents))
    return { value: document.toJS() as Readonly<Record<string, unknown>>, faults, lineOf };
  return { value: null, faults: [{ line: 1, message: 'must hold fields such as commands: [...]' }], lineOf };
}

/** Its name, where it has one: what it holds may begin lines later. */
function nodeAt(document: Document, path: readonly (string | number)[]): unknown {
  const around = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const name = path.at(-1);
  const pair = isMap(around) ? around.items.find(({ key }) => isScalar(key) && key.value === name) : null;
  return pair?.key ?? document.getIn(path, true);
}

/** What the server found, in the lines of the text. */
export function faultsIn({ lineOf }: ReadDocument, report: JobReport): readonly DocumentFault[] {
  return report.faults.map(({ path, message }) => ({
    line: lineOf(path),
    message: path.length === 0 ? message : `${path.join('.')}: ${message}`,
  }));
}
