import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';

/**
 * How long each container may live, one file each: the boot of this machine and, in ms since then, the end. The watchdog reads them, so
 * they are there before the container is. Time since boot, for the clock of the wall may jump.
 */
export class Leases {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'leases');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** From now on for this long, and never shorter than it was. */
  extend(launch: string, leaseMs: number): void {
    if ((this.leftMs(launch) ?? 0) < leaseMs) this.#write(launch, leaseMs);
  }

  /** Ms until its end, below 0 behind it; null: none of this boot is known. */
  leftMs(launch: string): number | null {
    try {
      const [boot, until] = readFileSync(join(this.#folder, launch), 'utf8').trim().split(' ');
      return boot === bootId() ? Number(until) - sinceBootMs() : null;
    } catch {
      return null;
    }
  }

  remove(launch: string): void {
    rmSync(join(this.#folder, launch), { force: true });
  }

  /** Replaced as a whole, so that the watchdog never reads half of one. */
  #write(launch: string, leaseMs: number): void {
    const file = join(this.#folder, launch);
    const fresh = `${this.#folder}.${launch}.new`;
    writeFileSync(fresh, `${bootId()} ${sinceBootMs() + leaseMs}\n`, { mode: 0o600 });
    renameSync(fresh, file);
  }
}

function sinceBootMs(): number {
  return Math.round(uptime() * 1_000);
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '-';
  }
}
