import { connect as connectSocket, type Socket } from 'node:net';
import { hangUpAfterMs } from '../hang-up.ts';
import { encodeMessage, MessageDecoder } from './codec.ts';
import { decodeEvent, type KeeperEvent, type KeptRun } from './events.ts';
import type { SpoolEnd } from './spool-end.ts';
import { encodeStart, type StartRequest } from './start-request.ts';

/** What became of a `start`: it runs now, it could not be started (or is over already), or the id was known. */
export type StartAnswer =
  | { kind: 'started'; pid: number; time: number }
  | { kind: 'ended'; end: SpoolEnd }
  | { kind: 'known'; run: KeptRun };

/** So long the news that an end was taken over may be kept back, for others to join it. */
const FORGET_MS = 20;
const NOTHING = Buffer.alloc(0);
const SIGHUP = 1;

/** The keeper did not carry a request out, and says why in a sentence. */
export class KeeperError extends Error {
  override readonly name = 'KeeperError';
}

/** The keeper itself refused a `start`; any other failure of one leaves open whether it got the request. */
export class KeeperRefusal extends KeeperError {}

/**
 * One connection to a keeper. Every event of every run comes to every client, whoever started the run. The commands
 * do not depend on it: when it closes they go on, and the next connection asks `list()` what happened meanwhile.
 */
export class KeeperClient implements AsyncDisposable {
  readonly version: string;
  readonly pid: number;
  /** Resolves when the connection is gone, with the error if one caused it. */
  readonly closed: Promise<Error | undefined>;
  readonly #socket: Socket;
  readonly #listeners = new Set<(event: KeeperEvent) => void>();
  readonly #starts = new Map<string, Waiter<StartAnswer>[]>();
  #forgotten: Buffer[] = [];
  #forgetting: NodeJS.Timeout | undefined;
  readonly #lists: { runs: Map<string, KeptRun>; waiter: Waiter<KeptRun[]> }[] = [];

  constructor(connection: Connection) {
    this.#socket = connection.socket;
    this.version = connection.version;
    this.pid = connection.pid;
    this.closed = connection.closed.then((error) => {
      this.#rejectAll(error ?? new KeeperError('the connection to the keeper closed'));
      return error;
    });
    connection.deliverTo((event) => this.#receive(event));
  }

  /** Connects; rejects with the socket's error (ENOENT, ECONNREFUSED) when no keeper is there. */
  static async connect(socket: string): Promise<KeeperClient> {
    return new KeeperClient(await openConnection(socket));
  }

  /** Calls the listener with every event from now on; the answer takes it off again. */
  onEvent(listener: (event: KeeperEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts a command. Repeatable: a known id is answered with its state. */
  start(request: StartRequest): Promise<StartAnswer> {
    const message = encodeStart(request);
    return new Promise((resolve, reject) => {
      if (!this.#send(message)) return reject(new KeeperError('the connection to the keeper is closed'));
      const waiting = this.#starts.get(request.id) ?? [];
      waiting.push({ resolve, reject });
      this.#starts.set(request.id, waiting);
    });
  }

  /**
   * Ends a run's whole tree: the signal, after the grace KILL; the keeper goes on with it when the client is gone. Where its terminal goes, too, what
   * is left after two seconds gets HUP.
   * The `ended` event follows; an id that the keeper does not know brings an `error` event.
   */
  kill(id: string, options: { signal: number; graceMs: number; cause: string; hangsUp?: boolean }): void {
    this.#send(
      encodeMessage('K', [id, String(options.signal), String(Math.ceil(options.graceMs)), options.cause]),
    );
    if (options.hangsUp === true && options.graceMs > 0) this.#hangUpLater(id, options.graceMs);
  }

  #hangUpLater(id: string, graceMs: number): void {
    const timer = setTimeout(() => {
      forget();
      this.signal(id, SIGHUP);
    }, hangUpAfterMs(graceMs));
    timer.unref();
    const forget = this.onEvent((event) => {
      if (event.kind !== 'ended' || event.id !== id) return;
      clearTimeout(timer);
      forget();
    });
  }

  /** Sends a signal to every process of a run's tree, once, without consequence. */
  signal(id: string, signal: number): void {
    this.#send(encodeMessage('G', [id, String(signal)]));
  }

  /** Passes bytes to a command with `stdin: 'stream'` or a terminal; see `InputFeed` for the flow control. */
  input(id: string, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#send(encodeMessage('I', [id, bytes]));
  }

  /** Ends the input of a run. */
  endInput(id: string): void {
    this.#send(encodeMessage('I', [id, '']));
  }

  /** Sets the size of a run's terminal. */
  resize(id: string, size: { rows: number; columns: number }): void {
    this.#send(encodeMessage('W', [id, String(size.rows), String(size.columns)]));
  }

  /** Tells the keeper that the end of a run was taken over; not at once, since it can wait and a message for each would cost a third of all writes. */
  forget(id: string): void {
    this.#forgotten.push(encodeMessage('F', [id]));
    this.#forgetting ??= setTimeout(() => this.#send(NOTHING), FORGET_MS);
  }

  /** All runs that the keeper knows. */
  list(): Promise<KeptRun[]> {
    return new Promise((resolve, reject) => {
      if (!this.#send(encodeMessage('L', []))) {
        return reject(new KeeperError('the connection to the keeper is closed'));
      }
      this.#lists.push({ runs: new Map(), waiter: { resolve, reject } });
    });
  }

  /** Closes the connection once what was sent is with the keeper; the commands go on. */
  async close(): Promise<void> {
    this.#send(NOTHING);
    this.#socket.end();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What was kept back goes first, so that the keeper gets everything in the order of the calls. */
  #send(message: Buffer): boolean {
    clearTimeout(this.#forgetting);
    this.#forgetting = undefined;
    const before = this.#forgotten.splice(0);
    if (!this.#socket.writable) return false;
    const bytes = before.length === 0 ? message : Buffer.concat([...before, message]);
    if (bytes.length > 0) this.#socket.write(bytes);
    return true;
  }

  #receive(event: KeeperEvent): void {
    this.#answer(event);
    for (const listener of this.#listeners) listener(event);
  }

  #answer(event: KeeperEvent): void {
    if (event.kind === 'started') this.#settleStart(event.id, event);
    else if (event.kind === 'ended') this.#settleStart(event.id, { kind: 'ended', end: event.end });
    else if (event.kind === 'run') {
      this.#lists[0]?.runs.set(event.run.id, event.run);
      this.#settleStart(event.run.id, { kind: 'known', run: event.run });
    } else if (event.kind === 'listed') {
      const list = this.#lists.shift();
      list?.waiter.resolve([...list.runs.values()]);
    } else if (event.kind === 'error' && event.request === 'S') {
      const waiting = this.#starts.get(event.id)?.shift();
      waiting?.reject(new KeeperRefusal(event.sentence));
    }
  }

  #settleStart(id: string, answer: StartAnswer): void {
    for (const waiter of this.#starts.get(id) ?? []) waiter.resolve(answer);
    this.#starts.delete(id);
  }

  #rejectAll(error: Error): void {
    for (const waiting of this.#starts.values()) for (const waiter of waiting) waiter.reject(error);
    for (const list of this.#lists) list.waiter.reject(error);
    this.#starts.clear();
    this.#lists.length = 0;
  }
}

interface Waiter<T> {
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

interface Connection {
  socket: Socket;
  version: string;
  pid: number;
  closed: Promise<Error | undefined>;
  /** Sets who gets the events; those that came before are delivered first. */
  deliverTo: (receive: (event: KeeperEvent) => void) => void;
}

function openConnection(path: string): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(path);
    const decoder = new MessageDecoder();
    const early: KeeperEvent[] = [];
    let receive = (event: KeeperEvent): void => void early.push(event);
    let failure: Error | undefined;
    const deliverTo = (next: (event: KeeperEvent) => void): void => {
      receive = next;
      for (const event of early) next(event);
    };
    const closed = new Promise<Error | undefined>((settle) => {
      socket.once('close', () => {
        settle(failure);
        reject(failure ?? new KeeperError('the keeper closed the connection before its hello'));
      });
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of decoder.push(chunk)) {
          const event = decodeEvent(message);
          if (event?.kind === 'hello')
            resolve({ socket, closed, deliverTo, version: event.version, pid: event.pid });
          else if (event !== undefined) receive(event);
        }
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}
