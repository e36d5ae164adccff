import { statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { ScriptDefinitionSchema } from '@errand/contract';
import { type Clock, ErrandError, isScriptName, LIMITS } from '@errand/core';
import { parse as parseYaml } from 'yaml';
import { faultSentence } from './fault-sentence.ts';
import type { Schemas } from './json-schema/schemas.ts';
import type { FolderScript } from './use-cases/scripts/folder-script.ts';
import { type ReadDefinition, readDefinition } from './use-cases/scripts/read-definition.ts';

/** How long it is not looked at again, however often it is asked for. */
const FRESH_MS = 1_000;
const KINDS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

interface ReadFile {
  readonly paths: readonly string[];
  /** Of all the paths; another one: read again. */
  readonly stamp: string;
  readonly script: FolderScript;
}

/**
 * A folder of scripts, one file each, whose name is that of the script. Looked at whenever somebody asks for scripts, so that a change counts at once and
 * nothing watches. A file that is not right stays in the list with what is wrong with it.
 */
export class ScriptFolder {
  readonly #path: string;
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #files = new Map<string, ReadFile>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<readonly FolderScript[]> = Promise.resolve([]);

  /** Throws `invalid` where there is no such folder. */
  constructor(path: string, clock: Pick<Clock, 'steady'>) {
    requireScriptFolder(path);
    this.#path = path;
    this.#clock = clock;
  }

  /** The scripts as the files say now, or said a moment ago, by name. */
  read(schemas: Schemas): Promise<readonly FolderScript[]> {
    const now = this.#clock.steady();
    if (now - this.#lookedAt >= FRESH_MS) {
      this.#lookedAt = now;
      this.#looking = this.#look(schemas);
    }
    return this.#looking;
  }

  async #look(schemas: Schemas): Promise<readonly FolderScript[]> {
    const names = (await readdir(this.#path)).filter(isOfScript).toSorted();
    for (const known of this.#files.keys()) if (!names.includes(known)) this.#files.delete(known);
    for (const file of names) await this.#lookAt(file, schemas);
    return uniqueOf([...this.#files.values()].map(({ script }) => script));
  }

  async #lookAt(file: string, schemas: Schemas): Promise<void> {
    const known = this.#files.get(file);
    if (known !== undefined && (await stampOf(known.paths)) === known.stamp) return;
    const name = basename(file, extname(file));
    try {
      const { paths, stamp, definition, updatedAt } = await readScript(join(this.#path, file), schemas);
      this.#files.set(file, { paths, stamp, script: { name, updatedAt, problem: null, ...definition } });
    } catch (error) {
      const problem = `${file}: ${error instanceof Error ? error.message : String(error)}`;
      this.#files.set(file, { paths: [], stamp: UNREADABLE, script: { name, updatedAt: 0, problem } });
    }
  }
}

/** Throws `invalid` where there is no such folder. */
export function requireScriptFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ErrandError('invalid', `scripts: ${path} is not a folder`);
}

/** Of no file: one that is not right is read again each time. */
const UNREADABLE = 'unreadable';

function isOfScript(file: string): boolean {
  const kind = extname(file);
  return KINDS.has(kind) && isScriptName(basename(file, kind));
}

/** Two files of one name, `x.yaml` and `x.json`: nobody can know which is meant. */
function uniqueOf(scripts: readonly FolderScript[]): readonly FolderScript[] {
  const byName = Map.groupBy(scripts, ({ name }) => name);
  return [...byName.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length === 0) return [first];
    return [
      {
        name: first.name,
        updatedAt: first.updatedAt,
        problem: `several files are called ${first.name}; keep one`,
      },
    ];
  });
}

interface Read {
  /** The file and that of its module. */
  readonly paths: readonly string[];
  /** As they were before they were read. */
  readonly stamp: string;
  readonly definition: ReadDefinition;
  readonly updatedAt: number;
}

async function readScript(path: string, schemas: Schemas): Promise<Read> {
  const own = await stampOf([path]);
  const text = await readFile(path, 'utf8');
  if (text.length > LIMITS.requestBytes)
    throw new ErrandError('invalid', `it has more than ${LIMITS.requestBytes} bytes`);
  const value: unknown = parseYaml(text);
  const module = moduleFile(path, value);
  const stamp = module === null ? own : `${own}${await stampOf([module])}`;
  const whole = module === null ? value : { ...(value as object), module: await readFile(module, 'utf8') };
  const definition = await readDefinition(schemas, wishOf(whole, basename(path, extname(path))));
  const { mtimeMs } = await stat(module ?? path);
  return {
    paths: module === null ? [path] : [path, module],
    stamp,
    definition,
    updatedAt: Math.round(mtimeMs),
  };
}

function wishOf(value: unknown, expected: string): Parameters<typeof readDefinition>[1] {
  const parsed = ScriptDefinitionSchema.safeParse(value, { error: faultSentence });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw new ErrandError('invalid', faults.slice(0, 10).join('; '));
  }
  const { name = expected, owner, ...wish } = parsed.data;
  if (name !== expected) throw new ErrandError('invalid', `name: must be that of the file, ${expected}`);
  if (owner != null) throw new ErrandError('invalid', 'owner: scripts of the folder are for everybody');
  return wish;
}

/** `module: {file: speed.ts}` stands for the text of the file beside it. */
function moduleFile(path: string, value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('module' in value)) return null;
  const named = value.module;
  if (typeof named !== 'object' || named === null || !('file' in named)) return null;
  const file = String(named.file);
  if (basename(file) !== file || file === '..')
    throw new ErrandError('invalid', 'module.file: must be the name of a file beside this one');
  return join(dirname(path), file);
}

async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = paths.map(async (path) => {
    const found = await stat(path).catch(() => null);
    return found === null ? `${path} is gone\n` : `${path} ${found.mtimeMs} ${found.size}\n`;
  });
  return (await Promise.all(stamps)).join('');
}
