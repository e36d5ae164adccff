import type { KillOrder, SpoolEnd, StartRequest } from '@errand/agent';
import type { Timeline } from '../time/timeline.ts';
import type { World } from '../world.ts';
import { KeeperLog } from './keeper-log.ts';
import type { Script } from './script.ts';
import { VirtualCommand } from './virtual-command.ts';
import type { RunFile, VirtualDisk } from './virtual-disk.ts';

export interface KeptRunParts {
  readonly world: World;
  readonly machine: string;
  readonly request: StartRequest;
  readonly disk: VirtualDisk;
  readonly clock: () => number;
  readonly timeline: Pick<Timeline, 'now' | 'after'>;
  /** False from the moment the keeper is dead: nothing of this happens any more, but the command lives on. */
  readonly alive: () => boolean;
  readonly onStarted: () => void;
  readonly onGrew: () => void;
  readonly onEnded: () => void;
}

const LEFT_ALONE_MS = 200;
const UNPROVEN_MS = 2_000;
const KILL = 9;
const TERM = 15;
const ENOENT = 2;

/** One run at the fake keeper: from its slot to its end, after the keeper's contract. */
export class KeptRun {
  readonly id: string;
  command: VirtualCommand | undefined;
  end: SpoolEnd | undefined;
  readonly log: KeeperLog;
  readonly #parts: KeptRunParts;
  readonly #script: Script;
  readonly #file: RunFile | undefined;
  readonly #startedAt: number;
  #cause: string | undefined;
  #killsAt = Number.POSITIVE_INFINITY;
  #closing = false;

  constructor(parts: KeptRunParts) {
    const { request, disk, clock, world } = parts;
    this.id = request.id;
    this.#parts = parts;
    this.#script = JSON.parse(String(request.argv[1])) as Script;
    this.#file = disk.runs.get(request.prefix);
    this.#startedAt = clock();
    const prefix = request.logPrefix ?? request.prefix;
    this.log = new KeeperLog({ disk, prefix, cap: request.capBytes ?? 0, clock });
    if (this.#file === undefined) {
      this.#spawnFailed('log');
      return;
    }
    this.#file.executedAt = this.#startedAt;
    // Between the slot and the fork a keeper can die: the attempt counts as executed, but nothing ever ran.
    this.#later(world.random.between(0, 3), 'forks', () => this.#fork());
  }

  kill({ signal, graceMs, cause }: KillOrder): void {
    if (this.end !== undefined) return;
    if (this.command?.end === undefined) this.#cause ??= cause;
    this.#signal(signal);
    this.#killAfter(graceMs);
  }

  get #timeline(): Pick<Timeline, 'now' | 'after'> {
    return this.#parts.timeline;
  }

  #fork(): void {
    const { world, machine, request } = this.#parts;
    if (this.#script.spawnFails) return this.#spawnFailed('exec');
    const command = new VirtualCommand({
      name: this.id,
      script: this.#script,
      timeline: this.#timeline,
      onOutput: (stream, bytes) => this.#output(stream, bytes),
      onChange: () => this.#changed(),
    });
    this.command = command;
    world.history.executed({ id: this.id, machine, command });
    if (this.#cause !== undefined) this.#signal(TERM);
    this.#parts.onStarted();
    const timeout = request.timeoutMs ?? 0;
    if (timeout > 0) this.#later(timeout, 'times out', () => this.#timeOut());
  }

  #timeOut(): void {
    if (this.command?.end !== undefined) return;
    this.#cause ??= 'timed_out';
    this.#parts.world.history.of(this.id).timedOut = true;
    this.#endTree();
  }

  #endTree(): void {
    this.#signal(TERM);
    this.#killAfter(this.#parts.request.graceMs ?? 0);
  }

  #output(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    const heard = this.#parts.alive();
    this.#parts.world.history.wrote(this.id, { stream, bytes, heard });
    if (!heard) return;
    this.log.write(stream, bytes);
    this.#later(this.#parts.world.random.chance(0.8) ? 0 : 2, 'records', () => {
      this.log.record();
      this.#parts.onGrew();
    });
    if (this.log.why !== 'disk_full') return;
    if (this.#cause === undefined) {
      this.#cause = 'disk_full';
      this.#endTree();
    }
  }

  #signal(number: number): void {
    this.#parts.world.trace.note(`${this.id} gets signal ${number}`);
    this.command?.signal(number);
  }

  /** An earlier kill stands: a later order may shorten the grace, never lengthen it. */
  #killAfter(graceMs: number): void {
    const at = this.#timeline.now + graceMs;
    if (at >= this.#killsAt) return;
    this.#killsAt = at;
    this.#later(graceMs, 'kills', () => {
      this.#signal(KILL);
      this.#later(UNPROVEN_MS, 'gives up', () => this.#finish());
    });
  }

  #changed(): void {
    if (!this.#parts.alive() || this.command?.end === undefined) return;
    if (this.command.tree === 0) this.#later(0, 'is empty', () => this.#finish());
    else if (!this.#closing) {
      this.#closing = true;
      this.#later(LEFT_ALONE_MS, 'ends what is left', () => this.#endTree());
    }
  }

  #finish(): void {
    const command = this.command;
    if (this.end !== undefined || command?.end === undefined) return;
    this.#close(command.end, command.tree);
  }

  #spawnFailed(stage: 'exec' | 'log'): void {
    if (stage === 'exec') this.#parts.world.history.spawnFailed(this.id, this.#parts.machine);
    // The answer is not there before the question was sent.
    this.#later(0, 'cannot start', () => this.#close({ kind: 'spawn_failed', errno: ENOENT, stage }, 0));
  }

  #close(how: SpoolEnd['how'], left: number): void {
    this.log.finish();
    const end: SpoolEnd = {
      how,
      cause: this.#cause,
      bytes: this.log.size,
      dropped: this.log.dropped,
      why: this.log.why,
      left,
      oom: false,
      endedAt: this.#parts.clock(),
      startedAt: this.#startedAt,
    };
    this.end = end;
    if (this.#file !== undefined) this.#file.end = end;
    this.#parts.onEnded();
  }

  #later(ms: number, what: string, act: () => void): void {
    this.#timeline.after(ms, `keeper: ${this.id} ${what}`, () => {
      if (this.#parts.alive()) act();
    });
  }
}
