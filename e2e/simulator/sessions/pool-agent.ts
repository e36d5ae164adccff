import type { AgentFact, HeldAttempt, Lease, PollAnswer, ReportAnswer } from '@errand/contract';
import type { FakeMachine, FakeProvider } from '@errand/core/testing';
import { inProcessLink, type Services } from '@errand/server/testing';
import { Random } from '../time/random.ts';
import { VirtualProcess } from '../time/virtual-process.ts';
import { AGENT } from './pool-scene.ts';
import type { PoolWitness } from './pool-witness.ts';
import { isUp } from './session-machines.ts';
import type { SessionPlane } from './session-plane.ts';
import type { SessionWorld } from './session-scene.ts';

export interface PoolAgentParts {
  readonly world: SessionWorld;
  readonly planes: readonly SessionPlane[];
  readonly provider: FakeProvider;
  readonly witness: PoolWitness;
}

/** An attempt that the agent has; `machine` is where it is executed, once it is. */
interface Held {
  readonly lease: Lease;
  cancel: HeldAttempt['cancel'];
  superseded: boolean;
}

const POLL_MS = 5_000;
/** How often it looks whether a command is over. */
const LOOK_MS = 500;
const CLAIMANT = 'one';

/**
 * Executes runs in sessions of the fake provider, and outlives every control plane: polls and reports by the agents' own use-cases, asks before it
 * executes, and falls silent about what has gone with its machine. How agents themselves fail is what the worlds of runs are about.
 */
export class PoolAgent {
  readonly #parts: PoolAgentParts;
  readonly #process: VirtualProcess;
  readonly #random: Random;
  readonly #held = new Map<string, Held>();

  constructor(parts: PoolAgentParts) {
    this.#parts = parts;
    this.#process = new VirtualProcess('agent', parts.world.timeline);
    this.#random = new Random(parts.world.seed, 'agent');
  }

  start(): void {
    void this.#serve();
  }

  async #serve(): Promise<never> {
    for (;;) {
      const answer = await this.#poll().catch(() => null);
      if (answer !== null) this.#take(answer);
      await this.#process.sleep(this.#random.between(10, 300));
    }
  }

  #poll(): Promise<PollAnswer> {
    const held = [...this.#held.values()].map(({ lease: { runId, token }, cancel }) => ({
      runId,
      token,
      cancel,
    }));
    const request = { agentId: AGENT.id, free: 0, held, waitMs: POLL_MS, modules: [] };
    return this.#ask((services) =>
      inProcessLink(services, AGENT.id).poll(request, new AbortController().signal),
    );
  }

  #take({ leases, cancels, superseded }: PollAnswer): void {
    for (const lease of leases) {
      if (this.#held.has(nameOf(lease))) continue;
      const held: Held = { lease, cancel: 'none', superseded: false };
      this.#held.set(nameOf(lease), held);
      void this.#attempt(held).finally(() => this.#held.delete(nameOf(lease)));
    }
    for (const cancel of cancels) {
      const held = this.#held.get(nameOf(cancel));
      if (held !== undefined) held.cancel = cancel.kill ? 'kill' : 'asked';
    }
    for (const name of superseded) {
      const held = this.#held.get(nameOf(name));
      if (held !== undefined) held.superseded = true;
    }
  }

  async #attempt(held: Held): Promise<void> {
    const { world, witness } = this.#parts;
    const { runId, token } = held.lease;
    const answer = await this.#report(held.lease, { kind: 'starting' });
    const machine = this.#machineOf(held.lease);
    if (answer.kind === 'superseded' || machine === undefined) return;
    witness.executes(held.lease, machine);
    const random = new Random(world.seed, `${runId} ${token}`);
    const endsAt = world.timeline.now + random.pick([200, 5_000, 5_000, 40_000]);
    const code = random.pick([0, 0, 0, 1]);
    while (world.timeline.now < endsAt && held.cancel === 'none' && !held.superseded && isUp(machine))
      await this.#process.sleep(LOOK_MS);
    // What a machine takes with it nobody reports.
    const silent = held.superseded || !isUp(machine);
    witness.ended(held.lease);
    if (silent) return;
    const reason = held.cancel === 'none' ? { kind: 'exited' as const, code } : { kind: 'canceled' as const };
    await this.#report(held.lease, { kind: 'ended', reason, log: null, result: null });
  }

  #machineOf({ session }: Lease): FakeMachine | undefined {
    const { provider, witness } = this.#parts;
    const handle = witness.handleOf(session ?? '');
    const machine = handle === null ? undefined : provider.machines.of(handle);
    return machine?.state === 'running' ? machine : undefined;
  }

  /** The answer, however often it has to be asked for. */
  async #report({ runId, token }: Lease, fact: AgentFact): Promise<ReportAnswer> {
    const request = { runId, token, claimant: CLAIMANT, fact };
    for (;;) {
      try {
        return await this.#ask((services) => inProcessLink(services, AGENT.id).report(request));
      } catch {
        await this.#process.sleep(this.#random.between(100, 2_000));
      }
    }
  }

  /** One call, of which the answer may be lost where pulses may be. */
  async #ask<Answer>(act: (services: Services) => Promise<Answer>): Promise<Answer> {
    const { planes, world } = this.#parts;
    const answer = await this.#random.pick(planes).serve(act);
    await this.#process.sleep(this.#random.between(0, 100));
    if (!world.healed && this.#random.chance(world.profile.pulseLost / 3))
      throw new Error('connection reset');
    return answer;
  }
}

function nameOf({ runId, token }: Pick<Lease, 'runId' | 'token'>): string {
  return `${runId}.${token}`;
}
