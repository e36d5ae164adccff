import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from './script-file.ts';

/** More than an agent is likely to be asked for in turns; the oldest go. */
const LIMIT = 200;

/**
 * The bytes that are executed, each file called by their SHA-256 in a folder of this user alone: what was checked is what runs, whoever
 * changes the original meanwhile.
 */
export class CodeStore {
  readonly #folder: string;
  readonly #known: Set<string>;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    for (const name of oldest(folder)) unlinkSync(join(folder, name));
    this.#known = new Set(readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.module$/.test(name)));
  }

  /** SHA-256 of the modules that are there. */
  modules(): readonly string[] {
    return [...this.#known].map((name) => name.slice(0, 64));
  }

  find(sha256: string, ending: string): string | undefined {
    const path = join(this.#folder, sha256 + ending);
    return existsSync(path) ? path : undefined;
  }

  /** Repeatable. Whole or not at all, also for who looks at the same time. */
  keep(bytes: Uint8Array, ending: string, mode = 0o400): string {
    const name = sha256Of(bytes) + ending;
    const path = join(this.#folder, name);
    if (!existsSync(path)) {
      const draft = `${path}.new`;
      writeFileSync(draft, bytes, { mode: 0o600 });
      chmodSync(draft, mode);
      renameSync(draft, path);
    }
    if (ending === '.module') this.#known.add(name);
    return path;
  }
}

function oldest(folder: string): readonly string[] {
  const files = readdirSync(folder).map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }));
  return files
    .toSorted((a, b) => b.at - a.at)
    .slice(LIMIT)
    .map(({ name }) => name);
}
