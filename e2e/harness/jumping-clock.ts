import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';

/** A wall clock that a test sets, for programs that are started with `env`. Steady time goes on as ever. Needs gcc. */
export class JumpingClock {
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  constructor(place: Place) {
    const library = place.path('jumping-clock.so');
    const source = join(import.meta.dirname, 'jumping-clock.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source]);
    this.#file = place.path('clock-offset');
    this.jumpTo(0);
    this.env = { LD_PRELOAD: library, CLOCK_OFFSET_FILE: this.#file };
  }

  /** From now on the clock is off by this much. */
  jumpTo(seconds: number): void {
    writeFileSync(`${this.#file}.new`, `${seconds}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
