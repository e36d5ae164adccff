import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { spoolPaths } from '../keeper/spool-files.ts';
import { replaceFile } from '../replace-file.ts';

/** What must be known of a carried attempt after a crash: where it is, and where its log goes. Nothing of it is secret. */
export interface AttemptNote {
  readonly id: string;
  /** As `machineSocket` says it. */
  readonly socket: string;
  /** Path of its `.run`, without the ending. */
  readonly prefix: string;
  readonly logPrefix: string;
  /** Bytes that its log may have; 0: any. */
  readonly capBytes: number;
}

const END = '.json';

/** The carried attempts that are not over, as files in a folder of their own. */
export class AttemptNotes {
  readonly #folder: string;

  constructor(data: string) {
    this.#folder = join(data, 'carried');
  }

  /** Written before anything is carried. */
  put(note: AttemptNote): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    replaceFile(join(this.#folder, note.id + END), JSON.stringify(note));
  }

  remove(id: string): void {
    rmSync(join(this.#folder, id + END), { force: true });
  }

  /** Those of a socket. One that the spool knows no more was reported before it could be removed here, and is removed now. */
  list(socket: string): readonly AttemptNote[] {
    const notes = this.#names()
      .map((name) => JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as AttemptNote)
      .filter((note) => note.socket === socket);
    const isKnown = ({ prefix }: AttemptNote): boolean => existsSync(spoolPaths(prefix).run);
    for (const note of notes) if (!isKnown(note)) this.remove(note.id);
    return notes.filter(isKnown);
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.endsWith(END));
    } catch {
      return [];
    }
  }
}
