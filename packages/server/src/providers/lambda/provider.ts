import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Clock, Handle, LaunchRequest, Observation, Provider, SessionSpec } from '@errand/core';
import { ProviderError } from '@errand/core';
import { Launches } from '../by-agent/launches.ts';
import type { Failures } from './failures.ts';
import type { FunctionAgents } from './function-agents.ts';
import { CALL_MS, LambdaCalls } from './lambda-calls.ts';
import { functionOf, type LambdaSettings, LONGEST_MS, problems } from './lambda-options.ts';
import { handleOf, placeOf } from './names.ts';

export interface LambdaProviderParts {
  readonly client: () => Promise<LambdaClient>;
  readonly settings: LambdaSettings;
  /** Where functions reach the control plane; null: nobody has said. */
  readonly url: string | null;
  readonly agents: FunctionAgents;
  /** What the on-failure destination says; null: none is read. */
  readonly failures: Failures | null;
  readonly clock: Pick<Clock, 'steady'>;
}

/** Lambda may be that late with ending what has worked for as long as it may. */
const LATE_MS = 10_000;

/**
 * One asynchronous invocation of the worker function for each run of a pool on demand. Lambda neither shows invocations nor ends one, so the agent that an
 * invocation is stands for it: whoever joins first with the token of the launch has it, an event that is delivered again finds it taken, and what is to
 * end is told so as an agent. Nothing counts as gone before the agent has left, the on-failure destination has said that it failed, or no function could
 * work any more.
 */
export class LambdaProvider implements Provider {
  readonly name = 'lambda';
  readonly capabilities = {
    // An event may come to a function long after; by then its token is good for nothing.
    settleMs: CALL_MS,
    checksHealth: true,
    runs: 'agent',
    inPool: false,
    atOnce: 50,
    onlyForRuns: true,
    modules: true,
    endsItselfMs: LONGEST_MS,
  } as const;
  /** Only the destination tells of what failed. */
  readonly watch?: NonNullable<Provider['watch']>;
  readonly #parts: LambdaProviderParts;
  readonly #calls: LambdaCalls;
  readonly #launches = new Launches();
  /** When the agent of a launch was first seen by this process, steady ms. */
  readonly #seenAt = new Map<string, number>();

  constructor(parts: LambdaProviderParts) {
    this.#parts = parts;
    this.#calls = new LambdaCalls(parts.client);
    const { failures } = parts;
    if (failures !== null) this.watch = (_tag, changed, signal) => failures.watch(changed, signal);
  }

  problems(spec: SessionSpec): ReturnType<Provider['problems']> {
    const wrong = problems(spec);
    return this.#parts.url === null ? [...wrong, NO_URL] : wrong;
  }

  /** By the second and the memory of the function, which only AWS knows. */
  cost(): null {
    return null;
  }

  launch(request: LaunchRequest): Promise<Handle> {
    return this.#launches.once(request.key, () => this.#invoke(request));
  }

  /** A function keeps nothing that could be started again. */
  start(_kept: Handle, request: LaunchRequest): Promise<Handle> {
    return this.launch(request);
  }

  async find({ key: launch, sessionId: session }: Parameters<Provider['find']>[0]): Promise<Handle | null> {
    const agent = await this.#parts.agents.of(session, launch);
    return agent === null ? null : handleOf({ launch, session });
  }

  async inspect(handle: Handle): Promise<Observation> {
    const { launch, session } = placeOf(handle);
    const { agents, failures } = this.#parts;
    const failure = failures?.of(launch) ?? null;
    if (failure !== null) return { kind: 'ended', reason: failure };
    const agent = await agents.of(session, launch);
    if (agent === null) return (await agents.isWanted(session)) ? INVOKED : { kind: 'gone' };
    if (agent.left) return { kind: 'ended', reason: { kind: 'exited', code: 0, signal: null } };
    if (this.#isOver(launch)) return { kind: 'ended', reason: { kind: 'machine_gone' } };
    const { id, pool } = agent;
    const use = { trafficAt: null, cpuMs: null, agent: { id, pool } };
    return { kind: 'running', ports: [], health: null, use };
  }

  /** The time that a function may work is shorter than any lease that `problems` lets pass. */
  async renew(): Promise<void> {}

  async stop(handle: Handle): Promise<'done' | 'pending'> {
    return await this.terminate(handle);
  }

  async terminate(handle: Handle): Promise<'done' | 'pending'> {
    const { launch, session } = placeOf(handle);
    const { agents, failures } = this.#parts;
    const agent = await agents.of(session, launch);
    const isGone = agent === null || agent.left || failures?.of(launch) != null || this.#isOver(launch);
    if (!isGone) {
      await agents.revoke(session, launch);
      return 'pending';
    }
    // Also one that has joined and not presented itself: it gets no further.
    await agents.remove(session, launch);
    // Last: until its agent is forgotten nothing else tells that it is gone.
    await failures?.settle(launch);
    this.#seenAt.delete(launch);
    return 'done';
  }

  async #invoke(request: LaunchRequest): Promise<Handle> {
    const { key: launch, sessionId: session, subdomain, spec, run } = request;
    const { url, agents, settings } = this.#parts;
    if (url === null) throw new ProviderError('config', NO_URL.message);
    const known = await this.find(request);
    if (known !== null) return known;
    const of = run == null ? {} : { run: { id: run.id, token: run.token } };
    const event = { url, token: agents.token(launch), name: subdomain, session, ...of };
    await this.#calls.invoke(functionOf(settings, spec), event);
    return handleOf({ launch, session });
  }

  /** No function works for so long. Counted from when this process first saw its agent, which was there by then. */
  #isOver(launch: string): boolean {
    const now = this.#parts.clock.steady();
    const seenAt = this.#seenAt.get(launch) ?? now;
    this.#seenAt.set(launch, seenAt);
    return now - seenAt > LONGEST_MS + LATE_MS;
  }
}

const INVOKED: Observation = {
  kind: 'pending',
  progress: 'Lambda has the event; the function that takes it has not come yet.',
};

const NO_URL = {
  field: 'provider',
  message: 'needs url in errand.yaml: the address under which functions reach this control plane',
} as const;
