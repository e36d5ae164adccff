import type { Timeline } from '../time/timeline.ts';
import type { Script } from './script.ts';

export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number };

export interface CommandParts {
  readonly name: string;
  readonly script: Script;
  readonly timeline: Pick<Timeline, 'after'>;
  /** It wrote something. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Buffer) => void;
  /** A process of its tree ended. */
  readonly onChange: () => void;
}

const KILL = 9;

/** A command with the processes it leaves: lives by itself, whatever becomes of keeper and agent. */
export class VirtualCommand {
  readonly name: string;
  end: CommandEnd | undefined;
  #left = 0;
  #stuck = 0;
  #written = 0;
  #speaking = false;
  readonly #parts: CommandParts;

  constructor(parts: CommandParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#goOn(0);
  }

  /** Processes that are alive. */
  get tree(): number {
    return (this.end === undefined ? 1 : 0) + this.#left + this.#stuck;
  }

  /** Those of them that a KILL ends. */
  get mortal(): number {
    return this.tree - this.#stuck;
  }

  /** What a signal to the whole tree does. */
  signal(number: number): void {
    const { script } = this.#parts;
    if (number === KILL || !script.leaves.ignoreSignals) this.#reap();
    if (this.end !== undefined) return;
    if (number === KILL) this.#over({ kind: 'signaled', signal: KILL });
    else if (script.onSignal === 'dies') this.#over({ kind: 'signaled', signal: number });
    else if (script.onSignal === 'speaks') this.#speak();
  }

  /** The machine went down: not even a stuck process survives that. */
  vanish(): void {
    this.end ??= { kind: 'signaled', signal: KILL };
    this.#left = 0;
    this.#stuck = 0;
  }

  #goOn(piece: number): void {
    const { script } = this.#parts;
    const next = script.output[piece];
    if (next === undefined) {
      const { how, number, afterMs } = script.end;
      const end =
        how === 'exit' ? { kind: 'exited', code: number } : { kind: 'signaled', signal: number || KILL };
      this.#later(afterMs, 'ends', () => this.#over(end as CommandEnd));
      return;
    }
    this.#later(next.afterMs, 'writes', () => {
      this.#write(next.stream, next.bytes);
      this.#goOn(piece + 1);
    });
  }

  #later(ms: number, what: string, act: () => void): void {
    this.#parts.timeline.after(ms, `${this.name} ${what}`, () => {
      if (this.end === undefined) act();
    });
  }

  /** Every byte says whose it is and where it stood, so that no two pieces can be taken for each other. */
  #write(stream: 'stdout' | 'stderr', length: number): void {
    this.#written += 1;
    const text = `${this.#written}${stream === 'stdout' ? 'o' : 'e'}${this.name.slice(-9)}|`;
    this.#parts.onOutput(stream, Buffer.from(text.repeat(Math.ceil(length / text.length)).slice(0, length)));
  }

  #speak(): void {
    if (this.#speaking) return;
    this.#speaking = true;
    this.#later(20, 'speaks', () => {
      this.#write('stderr', 12);
      this.#over({ kind: 'exited', code: 3 });
    });
  }

  #over(end: CommandEnd): void {
    const { leaves, stuck } = this.#parts.script;
    this.end = end;
    this.#stuck = stuck;
    if (!(end.kind === 'signaled' && end.signal === KILL)) this.#left = leaves.processes;
    if (this.#left > 0)
      this.#parts.timeline.after(leaves.forMs, `${this.name} leaves no more`, () => this.#reap());
    this.#parts.onChange();
  }

  #reap(): void {
    if (this.#left === 0) return;
    this.#left = 0;
    this.#parts.onChange();
  }
}
