import type { SessionCreate } from '@errand/contract';
import { ErrandError, type SessionIntent, type SessionRecord } from '@errand/core';
import { type Actor, askSession, createSession, LOCAL_ACTOR, type Services } from '@errand/server/testing';
import { Random } from '../time/random.ts';
import { VirtualProcess } from '../time/virtual-process.ts';
import type { SessionPlane } from './session-plane.ts';
import { type SessionWorld, wallOf } from './session-scene.ts';
import type { SessionWitness } from './session-witness.ts';

export interface SessionPeopleParts {
  readonly world: SessionWorld;
  readonly planes: readonly SessionPlane[];
  readonly witness: SessionWitness;
}

const OWNERS = ['acme/one', 'acme/two'];

type Kind = 'start' | 'stop' | 'delete' | 'extend' | 'hold' | 'release';

interface Wish {
  readonly id: string;
  readonly kind: Kind;
}

const WISHES: Readonly<Record<Kind | 'use', number>> = {
  start: 4,
  stop: 4,
  delete: 1,
  extend: 2,
  hold: 2,
  release: 1,
  use: 9,
};
const MIND_CHANGED: typeof WISHES = {
  ...WISHES,
  start: 0,
  stop: 2,
  delete: 1,
  extend: 0,
  hold: 0,
  release: 0,
  use: 0,
};

/** What people do with their sessions at any moment: make, stop, start, extend, hold, use and delete them. */
export class SessionPeople {
  /** How many wait for an answer. */
  open = 0;
  readonly #parts: SessionPeopleParts;
  readonly #process: VirtualProcess;

  constructor(parts: SessionPeopleParts) {
    this.#parts = parts;
    this.#process = new VirtualProcess('people', parts.world.timeline);
  }

  start(): void {
    const { world } = this.#parts;
    for (let index = 0; index < world.profile.sessions; index += 1) {
      if (world.without.has(`session ${index}`)) continue;
      const random = new Random(world.seed, `session ${index}`);
      this.#process.after(random.between(0, world.profile.faultsForMs * 0.5), 'wants a session', () => {
        this.open += 1;
        void this.#oneSession(index, random).finally(() => (this.open -= 1));
      });
    }
  }

  async #oneSession(index: number, random: Random): Promise<void> {
    const { world, witness } = this.#parts;
    const actor: Actor = { ...LOCAL_ACTOR, id: `key ${index}`, role: 'member', owner: random.pick(OWNERS) };
    const request = drawRequest(random, index);
    const made = await this.#insist(random, (services) =>
      createSession(services.sessions, actor, { request, idempotencyKey: `session ${index}` }),
    );
    if (made === null) return;
    witness.answered(made);
    for (let asked = true; !world.healed; ) {
      // Not sure any more, while the provider has just been asked.
      const hasty: boolean = asked && random.chance(world.profile.hasty);
      await this.#process.sleep(random.between(0, hasty ? 4_000 : 2 * world.profile.wishEveryMs));
      const kind: Kind | 'use' = random.weighted(hasty ? MIND_CHANGED : WISHES);
      asked = kind === 'start';
      if (kind === 'use') this.#use(random, made.id);
      else if (!(await this.#wish(random, actor, { id: made.id, kind }))) return;
    }
  }

  /** False: the session is over. */
  async #wish(random: Random, actor: Actor, { id, kind }: Wish): Promise<boolean> {
    const { world, witness } = this.#parts;
    const asked = await this.#insist(random, (services) => {
      const now = wallOf(world);
      const by = actor.id;
      const hold = { until: now + random.pick([20_000, 200_000]), by, note: null };
      const intents: Readonly<Record<typeof kind, SessionIntent>> = {
        start: { kind: 'start', by, now },
        stop: { kind: 'stop', by, now },
        delete: { kind: 'delete', by, now },
        extend: { kind: 'extend', until: now + random.pick([60_000, 600_000]), by, now },
        hold: { kind: 'hold', hold, now },
        release: { kind: 'release', by, now },
      };
      return askSession(services.sessions, { actor, word: id }, intents[kind]);
    });
    if (asked === null) return witness.isOpen(id);
    witness.answered(asked);
    return witness.isOpen(id);
  }

  /** Bytes go through the proxy of one of the control planes, for a while or once. */
  #use(random: Random, id: string): void {
    const { planes, witness, world } = this.#parts;
    const plane = random.pick(planes);
    const process = plane.process;
    let left = random.pick([1, 1, 30]);
    const once = (): void => {
      if (
        !plane.isUp ||
        process?.isAwake !== true ||
        plane.process !== process ||
        !witness.isReady(id) ||
        world.healed
      )
        return;
      plane.services?.sessions.uses.note(id, 'traffic', wallOf(world));
      witness.used(id, plane);
      left -= 1;
      if (left > 0) process?.after(4_000, `carries bytes of ${id}`, once);
    };
    once();
  }

  /** The answer, however often the question has to be asked; null: it was refused. */
  async #insist<Value extends SessionRecord>(
    random: Random,
    act: (services: Services) => Promise<Value>,
  ): Promise<Value | null> {
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

const MINUTE = 60_000;

/** Every limit is short, so that each comes due within the minutes of a simulation. */
function drawRequest(random: Random, index: number): SessionCreate {
  return {
    tags: [],
    provider: 'fake',
    ...(random.chance(0.3) ? { name: `name-${index % 2}` } : {}),
    ports: [80],
    ...(random.chance(0.7) ? { health: { path: '/' } } : {}),
    lease: random.pick([15_000, MINUTE, 5 * MINUTE]),
    createTimeout: random.pick([20_000, 2 * MINUTE]),
    readyTimeout: random.pick([10_000, MINUTE]),
    maxLife: random.pick([MINUTE, 4 * MINUTE, 20 * MINUTE]),
    idle: random.pick([20_000, 2 * MINUTE, 6 * MINUTE]),
    unused: random.pick([10_000, MINUTE, 5 * MINUTE]),
  };
}
