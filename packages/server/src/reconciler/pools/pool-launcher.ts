import {
  type AgentStore,
  DEFAULTS,
  describeSessionReason,
  ErrandError,
  observeRun,
  type PoolRecord,
  type RunFact,
  type RunRecord,
  type RunStore,
  requestSession,
  type SessionRecord,
} from '@errand/core';
import { Bell } from '../../use-cases/bell.ts';
import { launchedSpec, makeLaunched } from '../../use-cases/pools/launched-session.ts';
import { announce, changeRun } from '../../use-cases/runs/change-run.ts';
import { changeSession } from '../../use-cases/sessions/change-session.ts';
import type { CreateSessionParts } from '../../use-cases/sessions/create-session.ts';
import { topics } from '../../use-cases/topics.ts';

export interface PoolLauncherParts extends CreateSessionParts {
  readonly agents: Pick<AgentStore, 'pool' | 'pools' | 'list'>;
  readonly runs: Pick<RunStore, 'get' | 'save' | 'release' | 'claim'>;
}

type Attempt = Pick<NonNullable<SessionRecord['run']>, 'id' | 'token'>;

const TICK_MS = 1_000;
/** A session that nobody sees to any more gives its run back after this long. */
const LAUNCH_LEASE_MS = 30_000;
/** After a failure that may pass, doubled with each one. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
/** Of sessions that were made for one run: more than are needed for the longest pause. */
const RECENT = 10;
/** The session of the attempt before is not gone yet. */
const SOON_MS = 2_000;

/**
 * Pools on demand: a session for each run, made when it is its turn and ended with it. The session itself claims the run, by every rule of the
 * queue, and holds it until it is ready; then its agent gets it. A session whose run is not this very attempt any more is deleted, whatever became of
 * either, so that none is left without its run; a run whose session comes to nothing goes back to the queue, or is refused.
 */
export class PoolLauncher {
  readonly #parts: PoolLauncherParts;
  readonly #bell = new Bell();
  /** Those that hold a run, by their ids, as far as this control plane has made them. */
  readonly #made = new Map<string, Attempt>();
  #watched: ReadonlyMap<string, () => void> = new Map();

  constructor(parts: PoolLauncherParts) {
    this.#parts = parts;
  }

  /** Ticks until the signal aborts, sooner where a run or a session of it changed. `onError` hears of what failed; it is tried again. */
  async run(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    const { clock, notifier } = this.#parts;
    const known = new Set<string>();
    const changed = (id?: string): void => {
      if (id !== undefined && known.has(id)) this.#bell.ring();
    };
    const stop = [notifier.subscribe(topics.sessions, changed), notifier.subscribe(topics.runs, changed)];
    signal.addEventListener('abort', this.#bell.ring);
    while (!signal.aborted) {
      const open = await this.tick(onError).catch(onError);
      known.clear();
      for (const { id, run } of open ?? []) known.add(id).add(run?.id ?? id);
      if (!signal.aborted) await this.#bell.wait(clock, TICK_MS);
    }
    for (const unsubscribe of [...stop, ...this.#watched.values()]) unsubscribe();
  }

  /** Answers the sessions that are there for runs. */
  async tick(onError: (error: unknown) => void): Promise<readonly SessionRecord[]> {
    const pools = (await this.#parts.agents.pools()).filter(({ launch }) => launch !== null);
    this.#watch(pools);
    const open = await this.#parts.sessions.forRuns();
    for (const session of open) await this.#tend(session).catch(onError);
    await this.#lookForEnded(open).catch(onError);
    const made: SessionRecord[] = [];
    for (const pool of pools) {
      const taken = open.filter(({ run }) => run?.pool === pool.name).length;
      made.push(...((await this.#serve(pool, taken).catch(onError)) ?? []));
    }
    return [...open, ...made];
  }

  #watch(pools: readonly PoolRecord[]): void {
    const names = new Set(pools.map(({ name }) => name));
    for (const [name, unsubscribe] of this.#watched) if (!names.has(name)) unsubscribe();
    const watch = (name: string): (() => void) =>
      this.#watched.get(name) ?? this.#parts.notifier.subscribe(topics.pool(name), this.#bell.ring);
    this.#watched = new Map([...names].map((name) => [name, watch(name)]));
  }

  async #tend(session: SessionRecord): Promise<void> {
    const of = session.run;
    if (of === null) return;
    const run = await this.#parts.runs.get(of.id);
    const held = run?.token === of.token && (run.state === 'leased' || run.state === 'running');
    if (!held) await this.#end(session);
    else if (run.attempt?.agentId === session.id) await this.#launching(session, of);
  }

  /** The run is the session's, and waits for it. */
  async #launching(session: SessionRecord, of: Attempt): Promise<void> {
    const { failure, desired, state, agent, id } = session;
    const { now } = this.#times();
    if (failure !== null || desired !== 'running') await this.#giveUp(session, of);
    else if (state !== 'ready')
      await this.#observe(of, { kind: 'renewed', token: of.token, leaseMs: LAUNCH_LEASE_MS, now });
    else if (agent === null)
      await this.#notPlaced(
        of,
        `commands cannot run in sessions of the provider ${session.spec.provider}`,
        null,
      );
    else {
      const about = { session: id, agentId: agent.id, leaseMs: DEFAULTS.leaseMs };
      await this.#observe(of, { kind: 'placed', token: of.token, ...about, now });
    }
  }

  /** What ended so quickly that nobody saw it fail. */
  async #lookForEnded(open: readonly SessionRecord[]): Promise<void> {
    const there = new Set(open.map(({ id }) => id));
    for (const [id, of] of this.#made) {
      if (there.has(id)) continue;
      this.#made.delete(id);
      const session = await this.#parts.sessions.get(id);
      const run = await this.#parts.runs.get(of.id);
      const waits = run?.token === of.token && run.attempt?.agentId === id;
      if (waits && session !== null) await this.#giveUp(session, of);
    }
  }

  async #giveUp({ failure, ending, owner, name }: SessionRecord, of: Attempt): Promise<void> {
    const reason = failure?.reason ?? ending?.reason ?? { kind: 'machine_gone' };
    const { retryable, sentence } = describeSessionReason(reason);
    const before = await this.#parts.sessions.list(
      { ownerScope: owner, name: name ?? '' },
      { limit: RECENT, after: null },
    );
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(before.length - 1, 0));
    await this.#notPlaced(of, sentence, retryable ? pauseMs : null);
  }

  async #end({ id, desired }: SessionRecord): Promise<void> {
    if (desired === 'deleted') return;
    const { now } = this.#times();
    await changeSession(this.#parts, id, (session) =>
      requestSession(session, { kind: 'delete', by: 'the end of its run', now }),
    );
  }

  /** Takes as many runs as there is room for, each for a session that is then made. */
  async #serve(pool: PoolRecord, taken: number): Promise<readonly SessionRecord[]> {
    const limit = (pool.limit ?? DEFAULTS.launchLimit) - taken;
    if (limit <= 0 || pool.launch === null) return [];
    const { now } = this.#times();
    const { ids, runs, notifier } = this.#parts;
    const { name, lostAfterMs } = pool;
    const claimed = await runs.claim({ pool: name, agentId: '', labels: {}, now, limit }, (run) => {
      const about = { agentId: ids.next('ses', now), leaseMs: LAUNCH_LEASE_MS, lostAfterMs };
      const step = observeRun(run, { kind: 'leased', ...about, now });
      return step.kind === 'next' ? step.run : null;
    });
    const made: SessionRecord[] = [];
    for (const run of claimed) {
      announce(notifier, { kind: 'next', run, actions: [] });
      const session = await this.#make(pool, run);
      if (session !== null) made.push(session);
    }
    return made;
  }

  async #make({ name, launch }: PoolRecord, run: RunRecord): Promise<SessionRecord | null> {
    const of = { id: run.id, token: run.token, pool: name };
    const id = run.attempt?.agentId;
    if (launch === null || id === undefined) return null;
    try {
      const spec = await launchedSpec(this.#parts, launch);
      const session = await makeLaunched(this.#parts, run, { id, of, spec });
      this.#made.set(id, of);
      return session;
    } catch (error) {
      // Not thrown on: the others that were claimed wait for their sessions.
      if (!(error instanceof ErrandError)) throw error;
      const passes = error.code !== 'invalid';
      await this.#notPlaced(of, sentenceOf(error), passes ? SOON_MS : null);
      return null;
    }
  }

  async #notPlaced(of: Attempt, why: string, pauseMs: number | null): Promise<void> {
    const { now } = this.#times();
    const again = pauseMs === null ? null : now + pauseMs;
    const about = { token: of.token, why: why.slice(0, 2_000), again, now };
    await this.#observe(of, { kind: 'not_placed', ...about });
  }

  async #observe(of: Attempt, fact: RunFact): Promise<void> {
    await changeRun(this.#parts, of.id, (run) => observeRun(run, fact));
  }

  #times(): { readonly now: number } {
    return { now: this.#parts.clock.now() };
  }
}

function sentenceOf({ message }: Error): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
