import { ErrandError, ProviderError, type SessionRecord, type SessionStore } from '@errand/core';
import type { FileOrders } from './file-orders.ts';
import type { SessionAssets } from './session-assets.ts';
import { filesAtAgent } from './session-files.ts';

export interface AssetPlacingParts {
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly assets: Pick<SessionAssets, 'gather'>;
  readonly fileOrders: FileOrders;
}

/** What a launch needs to know of its files. */
export interface PlacingAt {
  readonly sessionId: string;
  readonly key: string;
  readonly agentId: string;
  /** Has this launch made its compute, with nothing of an earlier one in it? */
  readonly anew: boolean;
}

interface Job {
  progress: string | null;
  failure: ProviderError | null;
}

/** Longer than any start takes; its own limit ends it before. */
const GATHER_MS = 24 * 3_600_000;

/** Has an agent put the files of a session into its folder before anything runs there. A start finds them where what an earlier one had is there still. */
export class AssetPlacing {
  readonly #parts: AssetPlacingParts;
  readonly #jobs = new Map<string, Job>();

  constructor(parts: AssetPlacingParts) {
    this.#parts = parts;
  }

  /** How far it is; null: all of them are there. Throws the ProviderError that keeps them from being placed. Repeatable. */
  async progress(at: PlacingAt): Promise<string | null> {
    const session = await this.#parts.sessions.get(at.sessionId);
    const files = session?.spec.files ?? [];
    if (session === null || files.length === 0 || !isAwaited(session, at)) {
      this.#jobs.delete(at.key);
      return null;
    }
    const job = this.#jobs.get(at.key) ?? this.#begin(at);
    if (job.failure === null) return job.progress;
    // What may pass is said once, and tried anew when somebody asks again.
    if (job.failure.kind === 'transient') this.#jobs.delete(at.key);
    throw job.failure;
  }

  #begin(at: PlacingAt): Job {
    const job: Job = { progress: 'Placing the files.', failure: null };
    this.#jobs.set(at.key, job);
    void this.#place(at, job).catch((error: unknown) => {
      job.failure = failureOf(error);
    });
    return job;
  }

  async #place({ agentId, sessionId }: PlacingAt, job: Job): Promise<void> {
    const say = (progress: string): void => {
      job.progress = progress;
    };
    const files = filesAtAgent(this.#parts.fileOrders, { agentId, sessionId });
    const gathering = { say, signal: AbortSignal.timeout(GATHER_MS) };
    for (const { path, mode, owner, bytes, open } of await this.#parts.assets.gather(sessionId, gathering)) {
      say(`Placing ${path}.`);
      await files.write(null, path, { bytes, mode, owner }, await open());
    }
    job.progress = null;
  }
}

/** Files are placed while a session starts; afterwards they are its own, to be changed. */
function isAwaited({ firstReadyAt, state }: SessionRecord, { anew }: PlacingAt): boolean {
  return firstReadyAt === null || (anew && STARTS.has(state));
}

const STARTS: ReadonlySet<SessionRecord['state']> = new Set(['requested', 'creating', 'starting']);

function failureOf(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isForGood = error instanceof ErrandError && error.code !== 'unavailable';
  return new ProviderError(isForGood ? 'config' : 'transient', message, { cause: error });
}
