import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { OfferedScript } from '@errand/contract';
import type { Logger } from '../ports.ts';
import { type Definition, definitionOf } from './definition.ts';
import { isScriptName, kindOf, readScriptFile, type ScriptFile, scriptNameOf } from './script-file.ts';
import { parseYaml } from './yaml.ts';

/** What a module exports about itself; rejects with a sentence. */
export type DescribeModule = (file: ScriptFile) => Promise<unknown>;

/** A script of the folder: the file that is executed, and the one beside it that describes it. */
export interface FolderScript {
  readonly offered: OfferedScript;
  readonly file: string;
}

/** Not every file system tells of changes. */
const LOOK_MS = 5_000;
/** Who copies files into the folder changes it more than once. */
const SETTLE_MS = 100;

export interface ScriptFolderOptions {
  readonly folder: string;
  readonly describe: DescribeModule;
  readonly log: Logger;
  readonly onChange: () => void;
}

/** The scripts of a folder, kept up to date. A file that is no good script is told once and left out; the others are not affected. */
export class ScriptFolder {
  scripts: ReadonlyMap<string, FolderScript> = new Map();
  readonly #options: ScriptFolderOptions;
  readonly #told = new Map<string, string>();
  #seen = '';
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ScriptFolderOptions) {
    this.#options = options;
  }

  /** Reads the folder and watches it from then on. Rejects where it cannot be read. */
  async open(): Promise<void> {
    await this.#look();
    this.#timer = setInterval(() => this.#lookSoon(), LOOK_MS).unref();
    try {
      this.#watcher = watch(this.#options.folder, () =>
        setTimeout(() => this.#lookSoon(), SETTLE_MS).unref(),
      );
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // Then the look now and then is all there is.
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  #lookSoon(): void {
    this.#looking = this.#looking.then(() => this.#look()).catch((error: unknown) => this.#tell('', error));
  }

  async #look(): Promise<void> {
    const { folder, onChange } = this.#options;
    const names = readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .toSorted();
    const signature = names.map((name) => `${name} ${signatureOf(join(folder, name))}`).join('\n');
    if (signature === this.#seen) return;
    const before = JSON.stringify([...this.scripts.values()]);
    this.scripts = await this.#read(names);
    this.#seen = signature;
    if (before !== JSON.stringify([...this.scripts.values()])) onChange();
  }

  async #read(names: readonly string[]): Promise<ReadonlyMap<string, FolderScript>> {
    const groups = Map.groupBy(names, scriptNameOf);
    const scripts = new Map<string, FolderScript>();
    for (const [name, files] of groups) {
      try {
        const script = await this.#readOne(name, files);
        if (script !== null) scripts.set(name, script);
        this.#told.delete(name);
      } catch (error) {
        this.#tell(files.join(' and '), error);
      }
    }
    return scripts;
  }

  async #readOne(name: string, names: readonly string[]): Promise<FolderScript | null> {
    const files = names.map((file) => ({ file, kind: kindOf(file), read: this.#readFile(file) }));
    const present = files.flatMap(({ read, ...rest }) => (read === null ? [] : { ...rest, read }));
    const codes = present.filter(
      ({ kind, read }) => kind === 'module' || (kind === 'other' && read.isExecutable),
    );
    const sides = present.filter(({ kind }) => kind === 'definition');
    if (codes.length + sides.length === 0) return null;
    if (!isScriptName(name)) {
      throw new Error('call it by 1 to 63 of a-z, 0-9, dash and underscore, with a letter or digit first');
    }
    if (codes.length > 1 || sides.length > 1)
      throw new Error(`more than one file would be the script ${name}`);
    const [side] = sides;
    const described = side === undefined ? null : definitionIn(side.read, name);
    const [code] = codes;
    if (code === undefined)
      return side && described ? alone(name, side.file, { read: side.read, described }) : null;
    if (described?.code) throw new Error(`${side?.file ?? ''} has a command of its own, beside ${code.file}`);
    const exported = code.kind === 'module' ? await this.#options.describe(code.read) : {};
    const { code: _, ...definition } = described ?? definitionOf(exported, name);
    return { file: code.file, offered: { ...definition, name, sha256: code.read.sha256 } };
  }

  /** Null for what is no file, such as a folder of libraries. */
  #readFile(name: string): ScriptFile | null {
    const { folder } = this.#options;
    if (statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() !== true) return null;
    return readScriptFile(folder, name);
  }

  #tell(file: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    if (this.#told.get(file) === why) return;
    this.#told.set(file, why);
    this.#options.log.warn('not offered as a script', { file: join(this.#options.folder, file), why });
  }
}

/** The definition in a file. Throws an Error with a sentence. */
export function definitionIn({ bytes }: ScriptFile, name: string): Definition {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return definitionOf(parseYaml(text), name);
}

function alone(
  name: string,
  file: string,
  { read, described }: { readonly read: ScriptFile; readonly described: Definition },
): FolderScript {
  const { code, ...definition } = described;
  if (code === null)
    throw new Error('it has neither a command nor a shell text, and no program of its name beside it');
  return { file, offered: { ...definition, name, sha256: read.sha256 } };
}

function signatureOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined
    ? 'gone'
    : `${stat.ino} ${stat.size} ${stat.mode} ${stat.mtimeMs} ${stat.ctimeMs}`;
}
