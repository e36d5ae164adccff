import type { AttemptRef, LogPiece, LogRange, LogStore } from '@errand/core';
import { MemoryLogStore } from '@errand/server/testing';
import type { VirtualDisk } from '../machine/virtual-disk.ts';
import type { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';

/** The logs of the control plane: survive its crashes, take their time, and are written in place by the keeper of its own machine. */
export class SimulatedLogs {
  /** Looks at a log that somebody has appended to. */
  onAppended: (log: AttemptRef) => Promise<void> = () => Promise.resolve();
  readonly #world: World;
  readonly #memory: MemoryLogStore;
  /** The disk of the control plane's own machine. */
  readonly #disk: VirtualDisk;

  constructor(world: World, disk: VirtualDisk) {
    this.#world = world;
    this.#disk = disk;
    this.#memory = new MemoryLogStore();
  }

  /** The store as one control plane sees it. */
  open(process: VirtualProcess): LogStore {
    const store: LogStore = {
      append: (log, pieces) => this.#append(process, log, pieces),
      seal: (log) => this.#memory.seal(log),
      size: async (log) => this.size(log),
      read: (log, range) => this.#read(log, range),
      watch: (log, listener) => this.#memory.watch(log, () => process.alive && listener()),
      remove: (log) => this.#memory.remove(log),
      usage: () => this.#memory.usage(),
      place,
      grew: (log) => this.#memory.grew(log),
    };
    return process.guard(store, ['read', 'watch', 'usage', 'place', 'grew']);
  }

  async size(log: AttemptRef): Promise<number> {
    return this.#placed(log)?.bytes.length ?? (await this.#memory.size(log));
  }

  /** All that is stored of a log. */
  async content(log: AttemptRef): Promise<readonly LogPiece[]> {
    const pieces: LogPiece[] = [];
    for await (const piece of this.#read(log, { from: 0, to: Number.MAX_SAFE_INTEGER })) pieces.push(piece);
    return pieces;
  }

  /** A kill in the middle may leave the first pieces behind. */
  async #append(process: VirtualProcess, log: AttemptRef, pieces: readonly LogPiece[]): Promise<number> {
    const { random, profile } = this.#world;
    const inTwo = random.chance(0.1) ? random.between(0, pieces.length) : pieces.length;
    await process.sleep(random.between(0, profile.commitMs));
    const size = await this.#memory.append(log, pieces.slice(0, inTwo));
    await this.onAppended(log);
    if (inTwo === pieces.length) return size;
    await process.sleep(random.between(0, profile.commitMs));
    const whole = await this.#memory.append(log, pieces.slice(inTwo));
    await this.onAppended(log);
    return whole;
  }

  #read(log: AttemptRef, range: LogRange): AsyncIterable<LogPiece> {
    const placed = this.#placed(log);
    return placed === undefined ? this.#memory.read(log, range) : readPlaced(placed, range);
  }

  #placed(log: AttemptRef): ReturnType<VirtualDisk['log']> | undefined {
    return this.#disk.logs.get(place(log));
  }
}

export function place({ runId, token }: AttemptRef): string {
  return `store/${runId}.${token}`;
}

/** What the keeper has written; bytes that have no record yet are stdout's. */
async function* readPlaced(
  { bytes, records }: ReturnType<VirtualDisk['log']>,
  { from, to }: LogRange,
): AsyncGenerator<LogPiece> {
  const all = [...records, { end: bytes.length, stream: 'stdout', time: 0 } as const];
  let at = 0;
  for (const { end, stream, time } of all) {
    const begin = Math.max(at, from);
    const until = Math.min(end, to);
    if (until > begin && stream !== 'gap')
      yield { offset: begin, stream, time, bytes: bytes.subarray(begin, until) };
    at = end;
  }
}
