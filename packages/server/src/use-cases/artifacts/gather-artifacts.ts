import {
  type ArtifactsState,
  type BlobStore,
  type Clock,
  type EndReason,
  type RunRecord,
  type RunStore,
  type SessionStore,
} from '@errand/core';
import type { FileOrders } from '../sessions/file-orders.ts';
import type { SessionFiles } from '../sessions/session-files.ts';
import { filesOfAttempt, filesOfContainer, type RunFiles } from './find-files.ts';
import { keepFiles } from './keep-files.ts';
import { ARTIFACTS, type AttemptName } from './kept-files.ts';
import { sentenceOf } from './sentence-of.ts';

export interface GatherArtifactsParts {
  readonly runs: Pick<RunStore, 'get'>;
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly blobs: BlobStore;
  readonly fileOrders: FileOrders;
  readonly sessionFiles: SessionFiles;
  readonly clock: Pick<Clock, 'steady'>;
}

/** An attempt whose agent says that it has ended, and that its files can be reached. */
export interface EndedAttempt extends AttemptName {
  readonly agentId: string;
  readonly reason: EndReason;
  /** May the agent speak of it? */
  readonly isTheirs: (run: RunRecord) => boolean;
}

/** What is told of a run whose agent has not said that files can be reached; undefined: there is nothing to tell. */
export function withoutFiles({ spec }: RunRecord, { kind }: EndReason): ArtifactsState | undefined {
  if ((spec.artifacts ?? []).length === 0 || WAS_EXECUTED[kind] === 'not') return undefined;
  return nothing(WAS_EXECUTED[kind] === 'canceled' ? CANCELED : UNREACHABLE);
}

/**
 * Keeps the files that the patterns of a run mean, between the report of its end and its answer: then the end is true, and the files are still there. Whoever
 * sees the end sees the files. Nothing that goes wrong here changes how a run ended; it is told beside it.
 */
export class ArtifactGathering {
  readonly #parts: GatherArtifactsParts;
  /** An end is reported again where its answer takes long. */
  readonly #underWay = new Map<string, Promise<ArtifactsState | undefined>>();

  constructor(parts: GatherArtifactsParts) {
    this.#parts = parts;
  }

  /** Resolves once what can be kept is. Undefined: nothing is to be. Never rejects. */
  gather(ended: EndedAttempt): Promise<ArtifactsState | undefined> {
    const name = `${ended.runId}/${ended.token}`;
    const known = this.#underWay.get(name);
    if (known !== undefined) return known;
    const gathering = this.#gather(ended)
      .catch((error: unknown) => nothing(`no artifacts were kept: ${sentenceOf(error)}`))
      .finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, gathering);
    return gathering;
  }

  async #gather(ended: EndedAttempt): Promise<ArtifactsState | undefined> {
    const { runs, blobs } = this.#parts;
    const run = await runs.get(ended.runId);
    const patterns = run?.spec.artifacts ?? [];
    const isWanted = patterns.length > 0 && WAS_EXECUTED[ended.reason.kind] === 'was';
    if (run === null || !isWanted || !isOpen(run, ended) || !ended.isTheirs(run)) return undefined;
    // Of an attempt before, or of this one, cut short.
    await blobs.remove(`${ARTIFACTS}/${run.id}`);
    const files = await this.#filesOf(run, ended);
    return await keepFiles(this.#parts, { run, ended, files });
  }

  async #filesOf(run: RunRecord, { agentId, runId }: EndedAttempt): Promise<RunFiles> {
    const { sessions, sessionFiles, fileOrders } = this.#parts;
    const id = run.spec.session ?? run.attempt?.session ?? null;
    const session = id === null ? null : await sessions.get(id);
    if (session?.agent?.container !== undefined) return filesOfContainer(sessionFiles, session, run.spec.cwd);
    // It has just said so; after a start of ours that may come before its hello.
    fileOrders.present(agentId, true);
    return filesOfAttempt(fileOrders, agentId, runId);
  }
}

const CANCELED = 'the run was canceled, so no artifacts were kept';
const UNREACHABLE =
  'no artifacts were kept: the agent that executed it cannot hand over files: it is too old, not on Linux, reached through SSM, or only hands over what scripts of its own made';

/** Files are kept of what came to an end by itself or by its limits. */
const WAS_EXECUTED: Readonly<Record<EndReason['kind'], 'was' | 'not' | 'canceled'>> = {
  exited: 'was',
  signaled: 'was',
  out_of_memory: 'was',
  disk_full: 'was',
  timed_out: 'was',
  result_invalid: 'was',
  canceled: 'canceled',
  canceled_unproven: 'canceled',
  spawn_failed: 'not',
  refused: 'not',
  machine_gone: 'not',
  lost: 'not',
};

/** Its end is not known yet, or only guessed. */
function isOpen(run: RunRecord, { token }: AttemptName): boolean {
  if (run.token !== token) return false;
  return run.state === 'running' || (run.state === 'finished' && run.end?.reason.kind === 'lost');
}

function nothing(problem: string): ArtifactsState {
  return { files: 0, bytes: 0, problem };
}
