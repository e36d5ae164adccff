import { type BlobStore, ErrandError, type RunRecord, type RunStore } from '@errand/core';
import type { Actor } from '../actor.ts';
import { seeRun } from '../runs/see-run.ts';
import { contentAt, type KeptFile, readList } from './kept-files.ts';

export interface SeeArtifactsParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly blobs: BlobStore;
}

export interface RunArtifacts {
  readonly run: RunRecord;
  readonly files: readonly KeptFile[];
}

/** The files that were kept of a run; `not_found` where the actor may not see it, `gone` where they are no longer kept. */
export async function seeArtifacts(
  { runs, blobs }: SeeArtifactsParts,
  actor: Actor,
  runId: string,
): Promise<RunArtifacts> {
  const run = await seeRun(runs, actor, runId);
  return { run, files: await keptOf(blobs, run) };
}

/** One of them: what is known of it, and where its bytes are. */
export async function findArtifact(
  parts: SeeArtifactsParts,
  actor: Actor,
  { runId, path }: { readonly runId: string; readonly path: string },
): Promise<{ readonly file: KeptFile; readonly blob: string; readonly token: number }> {
  const { run, files } = await seeArtifacts(parts, actor, runId);
  const file = files.find((each) => each.path === path);
  if (file === undefined)
    throw new ErrandError(
      'not_found',
      `the run has kept no file ${path}; errand artifacts ${runId} lists them`,
    );
  return { file, blob: contentAt({ runId, token: run.token }, file.at), token: run.token };
}

async function keptOf(blobs: BlobStore, run: RunRecord): Promise<readonly KeptFile[]> {
  const state = run.end?.artifacts;
  if (state === undefined || state.files === 0) return [];
  const files = await readList(blobs, { runId: run.id, token: run.token });
  if (files !== null) return files;
  throw new ErrandError('gone', `the ${state.files} files that this run made are no longer kept`);
}
