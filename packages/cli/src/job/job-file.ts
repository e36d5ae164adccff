import { readFile } from 'node:fs/promises';
import { ErrandApiError, type JobReport } from '@errand/sdk';
import type * as Yaml from 'yaml';
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
  const yaml = await import('yaml');
  const { LineCounter, parseDocument, isNode, isMap } = yaml;
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const faults = parsed.errors.map(
    ({ code, pos, message }) => `${path}:${lines.linePos(pos[0]).line}: ${SENTENCES[code] ?? message}`,
  );
  if (faults.length > 0) throw new CliError(faults.join('\n'));
  if (!isMap(parsed.contents)) throw new CliError(`${path}:1: must hold fields such as commands: [...]`);
  return {
    path,
    document: valueOf(parsed, path),
    lineOf: (place) => {
      for (let depth = place.length; depth > 0; depth -= 1) {
        const node = nodeAt(yaml, parsed, place.slice(0, depth));
        if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
      }
      return 1;
    },
  };
}

/** Its name, where it has one: what it holds may begin lines later. */
function nodeAt({ isMap, isScalar }: typeof Yaml, document: Yaml.Document, path: Fault['path']): unknown {
  const around = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const name = path.at(-1);
  const pair = isMap(around) ? around.items.find(({ key }) => isScalar(key) && key.value === name) : null;
  return pair?.key ?? document.getIn(path, true);
}

/** In place of what the library says. */
const SENTENCES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'another document begins here; give each a file of its own',
  DUPLICATE_KEY: 'this field is there twice',
};

/** Throws where aliases make more of it than anybody means. */
function valueOf(parsed: { toJS(): unknown }, path: string): Readonly<Record<string, unknown>> {
  try {
    return parsed.toJS() as Record<string, unknown>;
  } catch (error) {
    throw new CliError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
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
