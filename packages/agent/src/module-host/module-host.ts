import { existsSync } from 'node:fs';
import type { KeeperLine } from '../keeper-line.ts';
import { KeptAttempt, type KeptOutcome } from '../kept-attempt.ts';
import type { HostFiles, StartRequest } from '../ports.ts';
import { orStopped, type Waiting } from '../retry.ts';

/** How long a host may take until it listens; it does so before it loads anything. */
const READY_MS = 20_000;
const SIGKILL = 9;

export interface ModuleHostParts {
  /** Also its name at the keeper. */
  readonly id: string;
  /** Equal for hosts that have imported the same. */
  readonly key: string;
  /** Where it takes calls. */
  readonly socket: string;
  readonly line: KeeperLine;
  readonly files: HostFiles;
  readonly waiting: Waiting;
}

/** What is left of a host that was ended: nothing, or processes that could not be proven gone. */
export interface HostEnd {
  readonly left: number;
  readonly outOfMemory: boolean;
}

/** One warm process with one module, kept by the keeper like a command, so that its whole tree can be ended and proven gone. */
export class ModuleHost {
  readonly id: string;
  readonly key: string;
  readonly socket: string;
  /** Wall time at which its last call was over. */
  lastUsed = 0;
  over = false;
  readonly #parts: ModuleHostParts;
  readonly #kept: KeptAttempt;
  readonly #listens = Promise.withResolvers<void>();
  #life: Promise<KeptOutcome> | undefined;

  constructor(parts: ModuleHostParts) {
    this.#parts = parts;
    ({ id: this.id, key: this.key, socket: this.socket } = parts);
    this.#kept = new KeptAttempt({
      id: parts.id,
      line: parts.line,
      slots: () => parts.files.slots(parts.id),
      waiting: parts.waiting,
      onStarted: () => {},
      // The first it writes is that it listens.
      onGrew: () => this.#listens.resolve(),
      onKeeper: () => {},
    });
  }

  /** It removes its socket before it ends by itself, and before the answer that is its last. */
  takesCalls(): boolean {
    return !this.over && existsSync(this.socket);
  }

  /** Begins to start it; see `ready`. */
  start(request: Omit<StartRequest, 'id' | 'prefix'>): void {
    const { files, id } = this.#parts;
    const prefix = files.create(id);
    this.#live(this.#kept.execute({ ...request, id, prefix }, async () => true));
  }

  /** Resolves when it takes calls; rejects with a sentence where it never will, or when the agent stops. */
  async ready(): Promise<void> {
    const { clock, signal } = this.#parts.waiting;
    const life = this.#life ?? Promise.resolve<KeptOutcome>({ kind: 'lost' });
    const failed = life.then((outcome) => `the module host did not start (${howOf(outcome)})`);
    const late = clock.sleep(READY_MS, signal).then(() => 'the module host was not ready in time');
    const listens = this.#listens.promise.then(() => null);
    const problem = await orStopped(Promise.race([listens, failed, late]), signal);
    if (problem !== null) throw new Error(problem);
  }

  /** Ends it with its whole tree. Resolves when it is proven gone, or cannot be; rejects only when the agent stops. */
  async end(): Promise<HostEnd> {
    this.#kept.kill({ signal: SIGKILL, graceMs: 0, cause: 'canceled' });
    return await this.gone();
  }

  /** Resolves when it has ended by itself. One that is found again is followed from here on. */
  async gone(): Promise<HostEnd> {
    if (this.#life === undefined) this.#live(this.#kept.follow());
    const outcome = (await this.#life) ?? { kind: 'lost' };
    if (outcome.kind !== 'ended') return { left: 0, outOfMemory: false };
    return { left: outcome.end.left, outOfMemory: outcome.end.oom };
  }

  #live(life: Promise<KeptOutcome>): void {
    const { files, id } = this.#parts;
    this.#life = life.then((outcome) => {
      this.over = true;
      this.#kept.forget();
      files.remove(id);
      return outcome;
    });
    // Only a stop of the agent rejects it; the next agent looks at what is there.
    this.#life.catch(() => {});
  }
}

function howOf(outcome: KeptOutcome): string {
  if (outcome.kind === 'refused') return outcome.why;
  if (outcome.kind !== 'ended') return outcome.kind;
  const { how } = outcome.end;
  if (how.kind === 'exited') return `exit status ${how.code}`;
  return how.kind === 'signaled' ? `signal ${how.signal}` : `errno ${how.errno} at ${how.stage}`;
}
