import type { Keeper, KeeperEvent, Keepers } from './ports.ts';

/** What happens to one attempt at its keeper. */
export interface KeeperListener {
  onEvent(event: KeeperEvent): void;
  /** The connection is gone; whether the keeper is too shows when it is asked for again. */
  onClosed(): void;
}

/** Nobody is at the socket of a session: its keeper is being started again, as each is that had nothing to do for a minute, or the session is gone. */
export class KeeperAway extends Error {
  override readonly name = 'KeeperAway';

  constructor() {
    super('the session does not run on this machine any more');
  }
}

/** The one connection to the keeper of a socket, made when it is needed. Events go straight to the attempt they speak of. */
export class KeeperLine {
  readonly socket: string;
  readonly #keepers: Keepers;
  readonly #listeners = new Map<string, KeeperListener>();
  #keeper: Keeper | undefined;
  #opening: Promise<Keeper | null> | undefined;
  #closed = false;

  constructor(keepers: Keepers, socket: string) {
    this.#keepers = keepers;
    this.socket = socket;
  }

  /** The keeper, or null when none is alive on this socket. Rejects where that cannot be told. */
  async connect(): Promise<Keeper | null> {
    return this.#keeper ?? this.#once(() => this.#keepers.connect(this.socket));
  }

  /** The keeper; the own one is started where none is alive. Rejects with `KeeperAway` where another is not there. */
  async open(): Promise<Keeper> {
    const keeper = await this.connect();
    if (keeper !== null) return keeper;
    if (this.socket !== this.#keepers.own) throw new KeeperAway();
    return (await this.#once(() => this.#keepers.open())) ?? this.open();
  }

  /** The connection as it is now. What is said while there is none is said again by who listens, after the next `connect`. */
  get now(): Keeper | undefined {
    return this.#keeper;
  }

  /** Calls the listener with what happens to the attempt of this id, until the returned function is called. */
  listen(id: string, listener: KeeperListener): () => void {
    this.#listeners.set(id, listener);
    return () => {
      if (this.#listeners.get(id) === listener) this.#listeners.delete(id);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => null);
    await this.#keeper?.close();
  }

  /** Whoever asks while a connection is being made gets that one. */
  #once(connect: () => Promise<Keeper | null>): Promise<Keeper | null> {
    this.#opening ??= connect()
      .then((keeper) => (keeper === null ? null : this.#take(keeper)))
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  async #take(keeper: Keeper): Promise<Keeper | null> {
    if (this.#closed) {
      await keeper.close();
      return null;
    }
    this.#keeper = keeper;
    keeper.onEvent((event) => this.#dispatch(event));
    void this.#notice(keeper);
    return keeper;
  }

  async #notice(keeper: Keeper): Promise<void> {
    await keeper.closed;
    this.#keeper = undefined;
    for (const listener of this.#listeners.values()) listener.onClosed();
  }

  #dispatch(event: KeeperEvent): void {
    if (event.kind === 'grew') {
      for (const { id, size } of event.sizes) {
        this.#listeners.get(id)?.onEvent({ kind: 'grew', sizes: [{ id, size }] });
      }
    } else if (event.kind === 'run') this.#listeners.get(event.run.id)?.onEvent(event);
    else if ('id' in event) this.#listeners.get(event.id)?.onEvent(event);
  }
}
