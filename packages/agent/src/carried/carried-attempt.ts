import { writeFileSync } from 'node:fs';
import type { Carried, Carrier } from '@errand/contract';
import { encodeMessage } from '../keeper/codec.ts';
import type { HowEnded, SpoolEnd } from '../keeper/spool-end.ts';
import type { KillOrder } from '../ports.ts';
import { backOff, type Waiting } from '../retry.ts';
import type { AttemptNote } from './attempt-notes.ts';
import { type MachineStep, machineScript } from './machine-script.ts';
import { type Report, readReport } from './read-report.ts';

export interface CarriedAttemptParts {
  readonly note: AttemptNote;
  /** Undefined: an earlier agent has begun with it, and nobody knows how far it came. */
  readonly start: Extract<MachineStep, { kind: 'start' }> | undefined;
  readonly machine: string;
  readonly carrier: Carrier;
  readonly waiting: Waiting;
  /** Seconds that a script may wait for the end, as things are. */
  readonly waitS: () => number;
  /** Attempts whose files on the machine may go; they leave the set once the machine was told. */
  readonly forgotten: Set<string>;
}

/** What a log may have beyond its cap: the tail. */
const TAIL_BYTES = 1024 * 1024;
const ANY_BYTES = 64 * 1024 ** 3;
/** A short command is over, and its log here, with the script that starts it. */
const START_WAIT_S = 20;
/** Failures begin with longer pauses than those of a line: whoever carries has tried often already. */
const SLOWER = 3;
const NOBODY_LOOKED = -1;
const TERM = 15;
const KILL = 9;

/** One attempt on a machine without an agent: script after script until it has ended, or it is certain that it never was executed. */
export class CarriedAttempt {
  readonly note: AttemptNote;
  /** Null: it was not executed, and will not be. Rejects when the agent stops. */
  readonly over: Promise<SpoolEnd | null>;
  readonly #parts: CarriedAttemptParts;
  readonly #begun: boolean;
  readonly #seen = Promise.withResolvers<void>();
  /** What the machine has yet to be told. */
  #start: CarriedAttemptParts['start'];
  #fence: boolean;
  #kill: KillOrder | undefined;
  #killTold = false;
  #hurry = new AbortController();
  #end: SpoolEnd | undefined;

  constructor(parts: CarriedAttemptParts) {
    this.note = parts.note;
    this.#parts = parts;
    this.#start = parts.start;
    this.#begun = parts.start !== undefined;
    this.#fence = !this.#begun;
    this.over = this.#live();
    this.over.catch(() => undefined);
  }

  /** Undefined: it has not ended, as far as is known. */
  get end(): SpoolEnd | undefined {
    return this.#end;
  }

  /** Resolves when the machine has it, or has said anything of it. Rejects when the agent stops. */
  async seen(): Promise<void> {
    await Promise.race([this.#seen.promise, this.over]);
  }

  /** A second order may only hurry. */
  kill(order: KillOrder): void {
    this.#kill = order;
    this.#killTold = false;
    // What waits on the machine for the end would only be in its way.
    this.#hurry.abort();
  }

  async #live(): Promise<SpoolEnd | null> {
    const { waiting } = this.#parts;
    for (let failures = 0; ; ) {
      waiting.signal.throwIfAborted();
      this.#hurry = new AbortController();
      try {
        const end = await this.#next();
        if (end !== undefined) return end;
        failures = 0;
      } catch (error) {
        waiting.signal.throwIfAborted();
        // A kill cuts off whatever is under way.
        if (this.#hurry.signal.aborted) continue;
        this.#warn(error);
        failures += 1;
        await backOff(failures + SLOWER, waiting);
      }
    }
  }

  /** One script, there and back. Undefined: it runs. */
  async #next(): Promise<SpoolEnd | null | undefined> {
    const { note, machine, carrier, waiting } = this.#parts;
    const order = this.#killTold ? undefined : this.#kill;
    const step = order === undefined ? this.#step() : this.#killStep(order);
    const forgotten = [...this.#parts.forgotten];
    const carried = await carrier.carry({
      machine,
      script: machineScript({ id: note.id, step, waitS: this.#waitS(step), forgotten }),
      note: `errand ${step.kind} ${note.id}`,
      signal: AbortSignal.any([waiting.signal, this.#hurry.signal]),
      onDelivered: () => this.#seen.resolve(),
    });
    const end = await this.#endOf(carried);
    for (const id of forgotten) this.#parts.forgotten.delete(id);
    this.#start = undefined;
    this.#fence = false;
    if (order !== undefined && this.#kill === order) this.#killTold = true;
    if (end != null) this.#end = end;
    this.#seen.resolve();
    return end;
  }

  #step(): MachineStep {
    return this.#start ?? { kind: 'look', fence: this.#fence };
  }

  #killStep({ signal, graceMs, cause }: KillOrder): MachineStep {
    const message = encodeMessage('K', [this.note.id, String(signal), String(Math.ceil(graceMs)), cause]);
    return { kind: 'kill', orders: message.toString('base64'), cause, graceS: Math.ceil(graceMs / 1_000) };
  }

  #waitS(step: MachineStep): number {
    if (step.kind === 'start') return START_WAIT_S;
    return this.#fence ? 0 : this.#parts.waitS();
  }

  async #endOf(carried: Carried): Promise<SpoolEnd | null | undefined> {
    const { prefix, logPrefix, capBytes } = this.note;
    if (carried.kind === 'gone') {
      writeInside(prefix, 'gone');
      return this.#madeUp({ kind: 'exited', code: 125 }, 0);
    }
    const mostBytes = capBytes === 0 ? ANY_BYTES : capBytes + TAIL_BYTES;
    const report = await readReport(carried.output, { logPrefix, mostBytes, result: `${prefix}.result` });
    return {
      running: () => undefined,
      never: () => this.#never(),
      ended: () => this.#ended(report),
      lost: () => this.#lost(),
    }[report.state]();
  }

  #never(): SpoolEnd | null {
    // Its end was wished for and kept it from beginning, so nothing of it is left.
    if (this.#kill !== undefined) return this.#madeUp({ kind: 'signaled', signal: TERM }, 0);
    if (!this.#begun) return null;
    writeInside(this.note.prefix, 'refused the keeper could not begin on its machine');
    return notBegun(this.#parts.waiting.clock.now());
  }

  #ended({ run, cause }: Report): SpoolEnd {
    const end = run?.end;
    if (end === undefined) return this.#lost();
    // Where sh stands in for the keeper nobody has looked for what is left.
    return cause === undefined ? end : { ...end, cause, left: Math.max(end.left, 1) };
  }

  /** Its keeper is dead, or the machine was started anew. */
  #lost(): SpoolEnd {
    if (this.#kill === undefined) writeInside(this.note.prefix, 'lost');
    return this.#madeUp({ kind: 'signaled', signal: KILL }, NOBODY_LOOKED);
  }

  #madeUp(how: HowEnded, left: number): SpoolEnd {
    const end = notBegun(this.#parts.waiting.clock.now());
    return { ...end, how, cause: this.#kill?.cause, left };
  }

  #warn(error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    this.#parts.waiting.log.warn('a machine could not be asked; trying again', {
      id: this.note.id,
      error: said,
    });
  }
}

/** The end of something of which nothing was executed. */
export function notBegun(now: number): SpoolEnd {
  const how = { kind: 'exited', code: 125 } as const;
  const nothing = { bytes: 0, dropped: 0, why: 'none', left: 0, oom: false } as const;
  return { how, cause: undefined, ...nothing, endedAt: now, startedAt: now };
}

/** What there is to say beside an end, as a relay says it (`packages/keeper/PROTOCOL.md`). */
export function writeInside(prefix: string, said: string): void {
  writeFileSync(`${prefix}.inside`, said, { mode: 0o600 });
}
