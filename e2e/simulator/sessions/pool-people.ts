import type { RunCreate } from '@errand/contract';
import { ErrandError, type RunRecord } from '@errand/core';
import { type Actor, askRun, LOCAL_ACTOR, type Services, submitRun } from '@errand/server/testing';
import { Random } from '../time/random.ts';
import { VirtualProcess } from '../time/virtual-process.ts';
import { POOL } from './pool-scene.ts';
import type { PoolWitness } from './pool-witness.ts';
import type { SessionPlane } from './session-plane.ts';
import type { SessionWorld } from './session-scene.ts';

export interface PoolPeopleParts {
  readonly world: SessionWorld;
  readonly planes: readonly SessionPlane[];
  readonly witness: PoolWitness;
}

/** What people do with a pool on demand: submit runs, and cancel some of them at any moment. */
export class PoolPeople {
  /** How many wait for an answer, or are still to ask. */
  open = 0;
  readonly #parts: PoolPeopleParts;
  readonly #process: VirtualProcess;
  readonly #actor: Actor = { ...LOCAL_ACTOR, id: 'key of runs', role: 'admin', owner: 'acme/runs' };

  constructor(parts: PoolPeopleParts) {
    this.#parts = parts;
    this.#process = new VirtualProcess('people with runs', parts.world.timeline);
  }

  start(): void {
    const { world } = this.#parts;
    for (let index = 0; index < world.profile.runs; index += 1) {
      if (world.without.has(`run ${index}`)) continue;
      const random = new Random(world.seed, `pool run ${index}`);
      this.open += 1;
      this.#process.after(random.between(0, world.profile.faultsForMs * 0.7), 'submits a run', () => {
        void this.#oneRun(index, random).finally(() => (this.open -= 1));
      });
    }
  }

  async #oneRun(index: number, random: Random): Promise<void> {
    const { witness } = this.#parts;
    const request = drawRun(random);
    const submission = { request, idempotencyKey: `run ${index}` };
    const run = await this.#insist(random, (services) => submitRun(services.submit, this.#actor, submission));
    if (run === null) return;
    witness.answered(run);
    if (!random.chance(0.3)) return;
    await this.#process.sleep(random.between(0, random.pick([2_000, 20_000, 90_000])));
    witness.canceled.add(run.id);
    const asked = await this.#insist(random, (services) => {
      const intent = { kind: 'cancel', signal: 'TERM', kill: random.chance(0.3) } as const;
      const now = services.clock.now();
      return askRun(services.changing, { actor: this.#actor, runId: run.id }, { ...intent, now });
    });
    if (asked !== null) witness.answered(asked);
  }

  /** The answer, however often the question has to be asked; null: it was refused. */
  async #insist(random: Random, act: (services: Services) => Promise<RunRecord>): Promise<RunRecord | null> {
    for (;;) {
      try {
        return await random.pick(this.#parts.planes).serve(act);
      } catch (error) {
        if (error instanceof ErrandError && error.code !== 'unavailable') return null;
        await this.#process.sleep(random.between(100, 3_000));
      }
    }
  }
}

function drawRun(random: Random): RunCreate {
  const again = random.chance(0.3);
  return {
    command: ['virtual'],
    env: {},
    secretEnv: {},
    pool: POOL,
    keepChildren: false,
    tags: [],
    labels: {},
    priority: random.between(-1, 1),
    caller: false,
    ...(again ? { retry: { attempts: 2, on: ['failed', 'lost'], backoff: 1_000 } } : {}),
  };
}
