import type { KeeperEvent, KillOrder, StartRequest } from '@errand/agent';
import type { Timeline } from '../time/timeline.ts';
import type { World } from '../world.ts';
import { KeptRun } from './kept-run.ts';
import type { VirtualDisk } from './virtual-disk.ts';

export interface FakeKeeperParts {
  readonly world: World;
  readonly machine: string;
  readonly disk: VirtualDisk;
  readonly clock: () => number;
  /** Of the machine, which may sleep. */
  readonly timeline: Pick<Timeline, 'now' | 'after'>;
}

/** Where the keeper's events go. */
export interface KeeperPeer {
  receive(event: KeeperEvent): void;
  /** The keeper is dead. */
  cut(): void;
}

const IDLE_MS = 60_000;

/** A keeper as the contract in `packages/keeper/PROTOCOL.md` describes it, over virtual commands. */
export class FakeKeeper {
  alive = true;
  readonly #parts: FakeKeeperParts;
  readonly #runs = new Map<string, KeptRun>();
  readonly #peers = new Set<KeeperPeer>();

  constructor(parts: FakeKeeperParts) {
    this.#parts = parts;
  }

  connect(peer: KeeperPeer): void {
    this.#peers.add(peer);
  }

  disconnect(peer: KeeperPeer): void {
    this.#peers.delete(peer);
    this.#endIfIdle();
  }

  /** As `kill -9` does it: its commands live on, and nobody reads what they write. */
  die(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const { id, end } of this.#runs.values()) {
      if (end === undefined) this.#parts.world.history.of(id).keeperDied = true;
    }
    for (const peer of Array.from(this.#peers)) peer.cut();
    this.#peers.clear();
  }

  start(peer: KeeperPeer, request: StartRequest): void {
    const known = this.#runs.get(request.id);
    if (known !== undefined) return peer.receive(runEvent(known));
    const { id } = request;
    const run = new KeptRun({
      ...this.#parts,
      request,
      alive: () => this.alive,
      onStarted: () => this.#tell({ kind: 'started', id, pid: 1, time: this.#parts.clock() }),
      onGrew: () => this.#tell({ kind: 'grew', sizes: [{ id, size: run.log.size }] }),
      onEnded: () => {
        if (run.log.size > 0) this.#tell({ kind: 'grew', sizes: [{ id, size: run.log.size }] });
        if (run.end !== undefined) this.#tell({ kind: 'ended', id, end: run.end });
        this.#endIfIdle();
      },
    });
    this.#runs.set(id, run);
  }

  kill(id: string, order: KillOrder): void {
    this.#runs.get(id)?.kill(order);
  }

  forget(id: string): void {
    if (this.#runs.get(id)?.end !== undefined) this.#runs.delete(id);
  }

  list(peer: KeeperPeer): void {
    for (const run of this.#runs.values()) peer.receive(runEvent(run));
    peer.receive({ kind: 'listed' });
  }

  #tell(event: KeeperEvent): void {
    for (const peer of this.#peers) peer.receive(event);
  }

  #endIfIdle(): void {
    const busy = (): boolean =>
      this.#peers.size > 0 || [...this.#runs.values()].some(({ end }) => end === undefined);
    if (!this.alive || busy()) return;
    this.#parts.timeline.after(IDLE_MS, `keeper of ${this.#parts.machine} is idle`, () => {
      if (!busy()) this.die();
    });
  }
}

function runEvent({ id, end, log }: KeptRun): KeeperEvent {
  const state = end === undefined ? 'running' : 'ended';
  return { kind: 'run', run: { id, state, size: log.size, end, acceptedInput: 0 } };
}
