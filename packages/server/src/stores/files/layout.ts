import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { AttemptRef } from '@errand/core';
import { ErrandError } from '@errand/core/vocabulary';

/** The two files of a log, as the keeper writes them too: its bytes, and an index of who wrote what when. */
export interface LogPaths {
  readonly folder: string;
  /** Both files but for their endings. */
  readonly prefix: string;
  readonly bytes: string;
  readonly index: string;
}

/** Ids become parts of file names, so nothing else may be in them. */
const RUN_ID = /^[A-Za-z0-9_-]{1,100}$/;

/** `<root>/<2 hex of the hash of the run's id>/<run>.<token>.{log,idx}`: at most 256 folders, and no more than two files for a log. */
export function pathsOf(root: string, { runId, token }: AttemptRef): LogPaths {
  if (!RUN_ID.test(runId)) throw new ErrandError('invalid', `"${runId}" is not the id of a run`);
  const folder = join(root, hash('sha256', runId).slice(0, 2));
  const prefix = join(folder, `${runId}.${token}`);
  return { folder, prefix, bytes: `${prefix}.log`, index: `${prefix}.idx` };
}

/** Which log a file belongs to; null for a file that is none of ours. */
export function logOfFile(name: string): AttemptRef | null {
  const [, runId, token] = /^([A-Za-z0-9_-]+)\.(\d+)\.(?:log|idx)$/.exec(name) ?? [];
  return runId === undefined ? null : { runId, token: Number(token) };
}

/** One text per log, to keep it in maps. */
export function nameOf({ runId, token }: AttemptRef): string {
  return `${runId}.${token}`;
}
