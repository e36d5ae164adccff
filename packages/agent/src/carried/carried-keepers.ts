import type { AttemptName, Carrier } from '@errand/contract';
import type { Keeper, Keepers } from '../ports.ts';
import type { Waiting } from '../retry.ts';
import { AttemptNotes } from './attempt-notes.ts';
import { CarriedKeeper } from './carried-keeper.ts';
import { machineOf } from './machine-socket.ts';

export interface CarriedKeepersParts {
  readonly carrier: Carrier;
  /** The text of the sh that stands in for the keeper where there is none. */
  readonly fallback: string;
  /** The agent's data folder. */
  readonly data: string;
  readonly waiting: Waiting;
}

/** The keepers of this machine, and what stands for them on machines without an agent. */
export class CarriedKeepers implements Keepers {
  readonly own: string;
  readonly #here: Keepers;
  readonly #parts: CarriedKeepersParts;
  readonly #notes: AttemptNotes;

  constructor(here: Keepers, parts: CarriedKeepersParts) {
    this.own = here.own;
    this.#here = here;
    this.#parts = parts;
    this.#notes = new AttemptNotes(parts.data);
  }

  async connect(socket: string): Promise<Keeper | null> {
    const machine = machineOf(socket);
    if (machine === null) return await this.#here.connect(socket);
    return new CarriedKeeper(machine, { ...this.#parts, notes: this.#notes });
  }

  open(): Promise<Keeper> {
    return this.#here.open();
  }

  endOrphans(attempt: AttemptName): Promise<number> {
    return this.#here.endOrphans(attempt);
  }
}
