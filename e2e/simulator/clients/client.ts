import type { GroupCreate, RunCreate } from '@errand/contract';
import type { PoolSettings, RunIntent, RunRecord } from '@errand/core';
import {
  type Actor,
  askRun,
  awaitRun,
  changePool,
  seeGroup,
  submitGroup,
  submitRun,
} from '@errand/server/testing';
import { checkAnswered } from '../checks/answers.ts';
import { type Caller, isAnswer, type Network, type Serving } from '../plane/network.ts';
import type { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';

export interface ClientParts {
  readonly world: World;
  readonly network: Network;
  readonly process: VirtualProcess;
  readonly name: string;
}

const PATIENCE_MS = 10_000;

/** Somebody who asks the control plane for things, and asks again when there was no answer. */
export class Client {
  readonly actor: Actor;
  readonly caller: Caller;
  readonly parts: ClientParts;

  constructor(parts: ClientParts) {
    const { name } = parts;
    this.parts = parts;
    this.caller = { name, place: name, process: parts.process };
    this.actor = { id: `key_${name}`, name, role: 'admin', owner: 'acme', expiresAt: null, local: false };
  }

  /** Without a key a repeat may make a second run, which is what its caller then gets. */
  async submit(request: RunCreate, idempotencyKey: string | null): Promise<RunRecord> {
    const run = await this.#insist('submit', PATIENCE_MS, (services) =>
      submitRun(services.submit, this.actor, { request, idempotencyKey }),
    );
    checkAnswered(this.parts.world, run);
    return run;
  }

  /** The runs that a group has been made of. */
  async submitGroup(request: GroupCreate, idempotencyKey: string): Promise<readonly RunRecord[]> {
    const { id } = await this.#insist('submit a group', PATIENCE_MS, (services) =>
      submitGroup(services.groups, this.actor, { request, idempotencyKey }),
    );
    const { runs } = await this.#insist('see a group', PATIENCE_MS, (services) =>
      seeGroup(services.groups, this.actor, id),
    );
    for (const run of runs) checkAnswered(this.parts.world, run);
    return runs;
  }

  async setPool(name: string, settings: Partial<PoolSettings>): Promise<void> {
    await this.#insist('set a pool', PATIENCE_MS, (services) =>
      changePool(services.poolSetting, name, settings),
    );
  }

  /** Cancels or retries. null: the wish was refused. */
  async ask(runId: string, intent: (now: number) => RunIntent): Promise<RunRecord | null> {
    try {
      const run = await this.#insist('ask', PATIENCE_MS, (services) =>
        askRun(services.changing, { actor: this.actor, runId }, intent(services.clock.now())),
      );
      checkAnswered(this.parts.world, run);
      return run;
    } catch (error) {
      if (isAnswer(error) && error.code === 'conflict') return null;
      throw error;
    }
  }

  async wait(runId: string): Promise<RunRecord> {
    for (;;) {
      const run = await this.#insist('wait', 30_000 + PATIENCE_MS, (services, signal) =>
        awaitRun(services.waiting, { actor: this.actor, runId }, { waitMs: 30_000, signal }),
      );
      checkAnswered(this.parts.world, run);
      if (run.state === 'finished') return run;
    }
  }

  async #insist<Value>(what: string, patienceMs: number, act: Serving<Value>): Promise<Value> {
    const { network, process, world } = this.parts;
    for (;;) {
      try {
        return await network.request(this.caller, { what, patienceMs }, act);
      } catch (error) {
        if (isAnswer(error) && error.code !== 'unavailable') throw error;
        await process.sleep(world.random.between(100, 3_000));
      }
    }
  }
}
