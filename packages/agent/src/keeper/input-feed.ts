import type { KeeperClient } from './client.ts';

/** What feeding needs of a connection. */
type InputLine = Pick<KeeperClient, 'input' | 'endInput' | 'onEvent'> & {
  readonly closed: Promise<unknown>;
};

/** What the keeper holds for one run at most; more is refused. */
const WINDOW = 64 * 1024;

/**
 * Feeds one run's standard input through a client without ever having more under way than the keeper takes.
 * `acceptedInput` of a run found by `list()` says where to go on after a reconnect.
 */
export class InputFeed {
  readonly #client: InputLine;
  readonly #id: string;
  readonly #off: () => void;
  #sent: number;
  #accepted: number;
  #open = true;
  #wake: (() => void) | undefined;

  constructor(client: InputLine, id: string, accepted = 0) {
    this.#client = client;
    this.#id = id;
    this.#sent = accepted;
    this.#accepted = accepted;
    this.#off = client.onEvent((event) => {
      if (event.kind === 'input' && event.id === id) {
        this.#accepted = event.accepted;
        this.#open &&= event.open;
      } else if (event.kind === 'ended' && event.id === id) this.#open = false;
      else return;
      this.#wake?.();
    });
    void client.closed.then(() => this.close());
  }

  /** Sends bytes, waiting while the command does not read; false when it reads no more. One call at a time. */
  async write(bytes: Uint8Array): Promise<boolean> {
    let at = 0;
    while (at < bytes.length && this.#open) {
      const room = WINDOW - (this.#sent - this.#accepted);
      if (room <= 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const piece = bytes.subarray(at, at + room);
      this.#client.input(this.#id, piece);
      this.#sent += piece.length;
      at += piece.length;
    }
    return this.#open;
  }

  /** Tells the command that nothing more comes. */
  end(): void {
    if (this.#open) this.#client.endInput(this.#id);
    this.close();
  }

  /** Stops feeding; the command's input stays as it is. */
  close(): void {
    this.#open = false;
    this.#off();
    this.#wake?.();
  }
}
