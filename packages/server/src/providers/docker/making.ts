import { ErrandError, type LaunchRequest, ProviderError } from '@errand/core';
import { containerOf, type KeeperInContainer } from './container.ts';
import { containerFiles } from './container-files.ts';
import type { EngineAddress } from './engine.ts';
import { providerError, unless } from './engine-error.ts';
import type { KeeperVolume } from './keeper-volume.ts';
import { containerName, handleOf, LABELS, labelsOf, placeOfRequest } from './names.ts';
import { type PullParts, pullImage } from './pull.ts';

/** What is to be made, as it may be written down: the secrets are sealed in its spec. */
export type Plan = Omit<LaunchRequest, 'env' | 'leaseMs'>;

export interface MakingParts extends PullParts {
  readonly unseal: (sealed: string) => string;
  readonly keeper: KeeperVolume;
  readonly assets: GatherAssets;
  /** For files on their way. */
  readonly folder: string;
  /** Hears of each session for which nothing is under way any more, however it went. */
  readonly ended: (sessionId: string) => void;
}

/** The files that a session begins with, whole and ready to be placed. */
export type GatherAssets = (
  sessionId: string,
  how: { readonly say: (progress: string) => void; readonly signal: AbortSignal },
) => Promise<
  readonly {
    readonly path: string;
    readonly mode: number | null;
    readonly owner: string | null;
    readonly bytes: number;
    readonly open: () => Promise<AsyncIterable<Uint8Array>>;
  }[]
>;

interface Job {
  /** null: it is tried again, and nothing is known to be better than before. */
  progress: string | null;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Makes containers behind the calls, for images may take minutes to come. What is being made is noted as an empty volume with the plan on its
 * label before anything else: it shows up in the list, and whoever finds it after a restart goes on.
 */
export class Making implements AsyncDisposable {
  readonly #parts: MakingParts;
  readonly #jobs = new Map<string, Job>();
  readonly #failures = new Map<string, ProviderError>();
  /** Launches of which the last try came to nothing. */
  readonly #failed = new Set<string>();

  constructor(parts: MakingParts) {
    this.#parts = parts;
  }

  /** Notes the plan: from then on it will be carried out. */
  async note(plan: Plan): Promise<void> {
    await this.#parts.engine.calls.createVolume({
      Name: containerName(plan.key),
      Labels: { ...labelsOf(plan), [LABELS.plan]: JSON.stringify(plan) },
    });
  }

  /** The plan that is noted for a launch; null: none is. */
  async noted(launch: string): Promise<Plan | null> {
    const note = await unless(this.#parts.engine.calls.getVolume(containerName(launch)).inspect(), 404);
    const text = note?.Labels?.[LABELS.plan];
    return text === undefined ? null : (JSON.parse(text) as Plan);
  }

  /** Begins, unless it is under way. */
  begin(plan: Plan): void {
    const { key } = plan;
    if (this.#jobs.has(key)) return;
    this.#failures.delete(key);
    const abort = new AbortController();
    const progress = this.#failed.has(key) ? null : 'Asking the Docker engine.';
    this.#jobs.set(key, { progress, abort, done: this.#make(plan, abort.signal) });
  }

  /** How far it is, `progress: null` where that is where it failed before; null: nothing is under way. */
  underWay(launch: string): Pick<Readonly<Job>, 'progress'> | null {
    return this.#jobs.get(launch) ?? null;
  }

  /** Why it came to nothing. What may go away by itself is told once: then it may be begun again. */
  failure(launch: string): ProviderError | null {
    const failure = this.#failures.get(launch) ?? null;
    if (failure?.kind === 'transient') this.#failures.delete(launch);
    return failure;
  }

  /** Nothing of it is made any more, and no note is left. */
  async cancel(launch: string): Promise<void> {
    const job = this.#jobs.get(launch);
    job?.abort.abort();
    await job?.done;
    this.#failures.delete(launch);
    this.#failed.delete(launch);
    await this.#forget(launch);
  }

  /** Gives up what is under way; the notes stay, for the next one. */
  async [Symbol.asyncDispose](): Promise<void> {
    const jobs = [...this.#jobs.values()];
    for (const { abort } of jobs) abort.abort();
    await Promise.all(jobs.map(({ done }) => done));
  }

  async #make(plan: Plan, signal: AbortSignal): Promise<void> {
    const { spec, key } = plan;
    const { engine, unseal, keeper } = this.#parts;
    let about = `the image ${spec.image}`;
    try {
      const say = (progress: string): void => {
        const job = this.#jobs.get(key);
        if (job !== undefined) job.progress = progress;
      };
      const begins = this.#failed.has(key) ? () => undefined : say;
      await pullImage(this.#parts, spec.image ?? '', { signal, begins, say });
      if (signal.aborted) return;
      const files = await this.#parts.assets(plan.sessionId, { say, signal });
      if (signal.aborted) return;
      about = 'the container';
      say('Starting the container.');
      const secrets = Object.entries(spec.sealedEnv).map(([name, sealed]) => [name, unseal(sealed)]);
      const env = { ...spec.env, ...Object.fromEntries(secrets) };
      // The name is taken where another one made it meanwhile.
      const parts = { keeper: await keeper.name(), lease: await this.#leaseOf(plan) };
      await unless(engine.calls.createContainer(containerOf({ ...plan, env }, parts)), 409);
      if (signal.aborted) return;
      await keeper.fill(containerName(key), spec.image ?? '');
      const container = engine.calls.getContainer(containerName(key));
      // What has run already under this key must not run again.
      if ((await container.inspect()).State.Status === 'created') {
        const placed = containerFiles({
          calls: engine.pulls,
          containerOf: () => container.inspect(),
          folder: this.#parts.folder,
        });
        for (const { path, open, ...wish } of files) {
          say(`Placing ${path}.`);
          await placed.write(handleOf(placeOfRequest(plan)), path, wish, await open());
        }
        await unless(container.start(), 304);
      }
      await this.#forget(key);
      this.#failed.delete(key);
    } catch (error) {
      if (signal.aborted) return;
      this.#failed.add(key);
      this.#failures.set(key, failureOf(error, engine.address, about));
    } finally {
      this.#jobs.delete(key);
      this.#parts.ended(plan.sessionId);
    }
  }

  /** An engine elsewhere has no watchdog of ours beside it. */
  async #leaseOf({ spec }: Plan): Promise<KeeperInContainer['lease']> {
    const { address, calls } = this.#parts.engine;
    if ('socketPath' in address) return null;
    const { Config } = await calls.getImage(spec.image ?? '').inspect();
    const words = (given: string | string[] | null | undefined): readonly string[] => [given ?? []].flat();
    const image = { entrypoint: words(Config.Entrypoint), command: words(Config.Cmd) };
    return { seconds: Math.ceil(spec.limits.leaseMs / 1_000), image };
  }

  async #forget(launch: string): Promise<void> {
    await unless(this.#parts.engine.calls.getVolume(containerName(launch)).remove(), 404);
  }
}

/** A file that cannot be placed is no trouble that passes. */
function failureOf(error: unknown, address: EngineAddress, about: string): ProviderError {
  if (error instanceof ErrandError) return new ProviderError('config', error.message, { cause: error });
  return providerError(error, address, about);
}
