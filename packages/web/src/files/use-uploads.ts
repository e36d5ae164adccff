import type { SessionFile } from '@errand/sdk';
import { useRef, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { below } from './path.ts';
import { folderChanged } from './queries.ts';

export interface Upload {
  readonly key: number;
  readonly name: string;
  readonly bytes: number;
  /** null: it is on its way. */
  readonly problem: string | null;
}

export interface UploadsInFolder {
  /** Those on their way, and those that failed. */
  readonly all: readonly Upload[];
  readonly add: (files: readonly File[]) => void;
  /** Names that are there already, while somebody is asked about them. */
  readonly asking: readonly string[] | null;
  readonly replace: () => void;
  readonly keep: () => void;
}

let lastKey = 0;

/** Files on their way into one folder, one after the other; what is there already is replaced only after a question. */
export function useUploads(id: string, folder: string, there: readonly SessionFile[]): UploadsInFolder {
  const [all, setAll] = useState<readonly Upload[]>([]);
  const [waiting, setWaiting] = useState<readonly File[] | null>(null);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const send = async (file: File, key: number): Promise<void> => {
    try {
      await checkReadable(file);
      await errand.sessions.files(id).write(below(folder, file.name), { content: file });
      setAll((before) => before.filter((each) => each.key !== key));
      folderChanged(id);
    } catch (error) {
      const problem = sentenceOf(error);
      setAll((before) => before.map((each) => (each.key === key ? { ...each, problem } : each)));
    }
  };
  const start = (files: readonly File[]): void => {
    const begun = files.map((file) => ({ file, key: ++lastKey }));
    setAll((before) => [
      ...before.filter(({ problem }) => problem === null),
      ...begun.map(({ file: { name, size }, key }) => ({ key, name, bytes: size, problem: null })),
    ]);
    for (const { file, key } of begun) queue.current = queue.current.then(() => send(file, key));
  };
  const names = new Set(there.map(({ path }) => path));
  return {
    all,
    add: (files) => {
      if (files.some(({ name }) => names.has(name))) setWaiting(files);
      else start(files);
    },
    asking: waiting?.flatMap(({ name }) => (names.has(name) ? [name] : [])) ?? null,
    replace: () => {
      if (waiting !== null) start(waiting);
      setWaiting(null);
    },
    keep: () => {
      if (waiting !== null) start(waiting.filter(({ name }) => !names.has(name)));
      setWaiting(null);
    },
  };
}

/** A folder that was dropped looks like a file until it is read. */
async function checkReadable(file: File): Promise<void> {
  await file
    .slice(0, 1)
    .arrayBuffer()
    .catch(() => {
      throw new Error('it cannot be read; folders are copied with errand cp');
    });
}
