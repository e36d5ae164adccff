import type { Carrier, MachinePlace } from '@errand/contract';
import { KeeperRefusal } from '../keeper/client.ts';
import type { Keeper, KeeperEvent, KeptRun, KillOrder, StartAnswer, StartRequest } from '../ports.ts';
import type { Waiting } from '../retry.ts';
import type { AttemptNote, AttemptNotes } from './attempt-notes.ts';
import { CarriedAttempt, type CarriedAttemptParts, notBegun, writeInside } from './carried-attempt.ts';
import { machineSocket } from './machine-socket.ts';
import { startStep } from './start-step.ts';

export interface CarriedKeeperParts {
  readonly carrier: Carrier;
  readonly notes: AttemptNotes;
  readonly waiting: Waiting;
  /** The text of the sh that stands in for the keeper. */
  readonly fallback: string;
}

/** AWS's agent executes five commands at a time and lets the others wait (CommandWorkersLimit in its README), so a few may wait long, and more of them only for moments. */
const FEW = 2;
const LONG_S = 240;
const SHORT_S = 15;

/**
 * Stands for the keeper on a machine without an agent. Orders go there by scripts, and what becomes of them is asked by scripts, so nothing is live: the log
 * comes with the end. Input is collected until it ends, and goes along with the start.
 */
export class CarriedKeeper implements Keeper {
  readonly closed: Promise<unknown>;
  readonly #place: MachinePlace;
  readonly #parts: CarriedKeeperParts;
  readonly #attempts = new Map<string, CarriedAttempt>();
  readonly #inputs = new Map<string, { readonly request: StartRequest; readonly chunks: Uint8Array[] }>();
  readonly #listeners = new Set<(event: KeeperEvent) => void>();
  readonly #close = Promise.withResolvers<void>();
  readonly #closing = new AbortController();
  /** Attempts whose files on the machine may go. */
  readonly #forgotten = new Set<string>();

  constructor(place: MachinePlace, parts: CarriedKeeperParts) {
    this.#place = place;
    const signal = AbortSignal.any([parts.waiting.signal, this.#closing.signal]);
    this.#parts = { ...parts, waiting: { ...parts.waiting, signal } };
    this.closed = this.#close.promise;
  }

  async start(request: StartRequest): Promise<StartAnswer> {
    if (request.tty !== undefined) throw new KeeperRefusal(NO_TERMINAL);
    if (request.stdin === 'stream') this.#inputs.set(request.id, { request, chunks: [] });
    else {
      const refused = this.#begin(request, []);
      if (refused !== null) throw new KeeperRefusal(refused);
      await this.#attempts.get(request.id)?.seen();
    }
    return { kind: 'started', pid: 0, time: this.#parts.waiting.clock.now() };
  }

  kill(id: string, order: KillOrder): void {
    // What waits for its input has not begun: it begins without, and its end is behind it.
    if (this.#inputs.has(id)) this.endInput(id);
    this.#attempts.get(id)?.kill(order);
  }

  input(id: string, bytes: Uint8Array): void {
    const chunks = this.#inputs.get(id)?.chunks;
    if (chunks === undefined) return;
    chunks.push(bytes);
    const accepted = chunks.reduce((sum, { length }) => sum + length, 0);
    queueMicrotask(() => this.#tell({ kind: 'input', id, accepted, open: true }));
  }

  endInput(id: string): void {
    const waits = this.#inputs.get(id);
    if (waits === undefined) return;
    this.#inputs.delete(id);
    const { request, chunks } = waits;
    const refused = this.#begin(request, chunks);
    if (refused === null) return;
    writeInside(request.prefix, `refused ${refused}`);
    this.#tell({ kind: 'ended', id, end: notBegun(this.#parts.waiting.clock.now()) });
  }

  /** There is no terminal. */
  resize(): void {}

  forget(id: string): void {
    this.#attempts.delete(id);
    this.#parts.notes.remove(id);
    this.#forgotten.add(id);
  }

  /** Those of an earlier agent too, as their machine says of them. One that was never executed, and will not be, is not among them. */
  async list(): Promise<KeptRun[]> {
    for (const note of this.#parts.notes.list(machineSocket(this.#place)))
      if (!this.#attempts.has(note.id)) this.#follow(note, undefined);
    await Promise.all([...this.#attempts.values()].map((attempt) => attempt.seen()));
    return [...this.#attempts.values()].map(({ note: { id }, end }) => ({
      id,
      state: end === undefined ? 'running' : 'ended',
      size: end?.bytes ?? 0,
      end,
      acceptedInput: 0,
    }));
  }

  onEvent(listener: (event: KeeperEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#close.resolve();
    await Promise.allSettled([...this.#attempts.values()].map(({ over }) => over));
  }

  /** Has it carried there; or why that cannot be. */
  #begin(request: StartRequest, chunks: readonly Uint8Array[]): string | null {
    const { id, prefix, logPrefix = prefix, capBytes = 0 } = request;
    if (this.#attempts.has(id)) return null;
    const by = this.#place.keeper ? 'keeper' : 'sh';
    const { fallback } = this.#parts;
    const step = startStep(request, { by, input: Buffer.concat(chunks), fallback });
    if (step.kind === 'refused') return step.why;
    const note = { id, socket: machineSocket(this.#place), prefix, logPrefix, capBytes };
    this.#parts.notes.put(note);
    this.#follow(note, step);
    return null;
  }

  #follow(note: AttemptNote, start: CarriedAttemptParts['start']): void {
    const { carrier, waiting } = this.#parts;
    const { id } = note;
    const attempt = new CarriedAttempt({
      note,
      start,
      machine: this.#place.id,
      carrier,
      waiting,
      waitS: () => (this.#attempts.size <= FEW ? LONG_S : SHORT_S),
      forgotten: this.#forgotten,
    });
    this.#attempts.set(id, attempt);
    const tell = async (): Promise<void> => {
      const end = await attempt.over;
      if (end === null) return this.forget(id);
      if (end.bytes > 0) this.#tell({ kind: 'grew', sizes: [{ id, size: end.bytes }] });
      this.#tell({ kind: 'ended', id, end });
    };
    // It rejects only when the agent stops.
    tell().catch(() => undefined);
  }

  #tell(event: KeeperEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const NO_TERMINAL =
  'a terminal needs an agent, and the machine of this session has none: scripts are carried there';
