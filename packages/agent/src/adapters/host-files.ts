import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../keeper/error-code.ts';
import { createRunFile, readRunFile, spoolPaths } from '../keeper/spool-files.ts';
import type { HostFiles } from '../ports.ts';

const RUN = '.run';

/** The files of module hosts in a folder of their own, of the same form as those of attempts. */
export function hostFiles(data: string): HostFiles {
  const folder = join(data, 'hosts');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const prefixOf = (id: string): string => join(folder, id);
  return {
    folder,
    create: (id) => {
      createRunFile(prefixOf(id), id);
      return prefixOf(id);
    },
    slots: (id) => {
      try {
        const { exec, end } = readRunFile(prefixOf(id));
        return { executedAt: exec?.time, end };
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
        return { executedAt: undefined, end: undefined };
      }
    },
    list: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith(RUN))
        .map((name) => name.slice(0, -RUN.length)),
    remove: (id) => {
      const { log, idx, run } = spoolPaths(prefixOf(id));
      for (const file of [log, idx, run]) rmSync(file, { force: true });
    },
  };
}
