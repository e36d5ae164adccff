import { readFile } from 'node:fs/promises';
import { ErrandApiError, type JobReport } from '@errand/sdk';
import { CliError } from '../cli-error.ts';

type Fault = JobReport['faults'][number];

/** A document with the lines on which its parts stand. */
export interface JobFile {
  /** As people named it. */
  readonly path: string;
  readonly document: Readonly<Record<string, unknown>>;
  /** The line, counted from 1, of what a fault speaks of: of itself, or of the nearest thing around it that there is. */
  readonly lineOf: (path: Fault['path']) => number;
}

/** Reads YAML or JSON; `-`: from standard input. Throws a CliError with the line where it is neither. */
export async function readJobFile(path: string): Promise<JobFile> {
  const text = await textOf(path);
  const { LineCounter, parseDocument, isNode, isMap } = await import('yaml');
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = parsed.errors.map(({ pos, message }) => `${path}:${lines.linePos(pos[0]).line}: ${message}`);
  if (faults.length > 0) throw new CliError(faults.join('\n'));
  if (!isMap(parsed.contents)) throw new CliError(`${path}:1: must hold fields such as commands: [...]`);
  return {
    path,
    document: parsed.toJS() as Record<string, unknown>,
    lineOf: (place) => {
      for (let depth = place.length; depth > 0; depth -= 1) {
        const node = parsed.getIn(place.slice(0, depth), true);
        if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
      }
      return 1;
    },
  };
}

/** Each fault on a line of its own, as compilers say it. */
export function faultLines({ path, lineOf }: JobFile, faults: readonly Fault[]): readonly string[] {
  return faults
    .map((fault) => ({ line: lineOf(fault.path), ...fault }))
    .toSorted((a, b) => a.line - b.line)
    .map(
      ({ line, path: place, message }) =>
        `${path}:${line}: ${[place.join('.'), message].filter(Boolean).join(': ')}`,
    );
}

/** What the server refused about a document, with its lines; other errors as they are. */
export function withLines(file: JobFile, error: unknown): unknown {
  if (!(error instanceof ErrandApiError) || error.code !== 'invalid') return error;
  const faults = error.details['faults'] as readonly Fault[] | undefined;
  return faults === undefined
    ? error
    : new CliError(['the document is not right', ...faultLines(file, faults)].join('\n'));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}
