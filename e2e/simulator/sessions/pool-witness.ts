import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Lease } from '@errand/contract';
import type { Handle, RunRecord, SessionRecord } from '@errand/core';
import type { FakeMachine } from '@errand/core/testing';
import { isForRun } from './pool-scene.ts';
import { isUp } from './session-machines.ts';
import type { SessionWorld } from './session-scene.ts';
import type { SessionWitness } from './session-witness.ts';

interface Execution {
  readonly runId: string;
  readonly token: number;
  readonly machine: FakeMachine;
  over: boolean;
}

/** A session outlives its run by no more than this, unless something is in the way. */
const LATE_MS = 110_000;
/** And a run does not wait longer than its own lease for one that comes to nothing: that is no question to its provider. */
const VAIN_MS = 45_000;

/** The independent witness of a pool on demand: runs as they are durable, commands as they were executed, machines as they are at the provider. */
export class PoolWitness {
  readonly records = new Map<string, RunRecord>();
  /** Runs that somebody has asked to cancel. */
  readonly canceled = new Set<string>();
  readonly #world: SessionWorld;
  readonly #sessions: SessionWitness;
  readonly #executions: Execution[] = [];
  readonly #versions: StatementSync;
  readonly #record: StatementSync;
  /** Since when each session has been without its run. */
  readonly #alone = new Map<string, number>();
  /** Since when the run of each has waited in vain. */
  readonly #inVain = new Map<string, number>();
  /** Since when the run of each is said to go on although nothing of it runs any more. */
  readonly #gone = new Map<string, number>();
  #lookedAt = 0;

  constructor(world: SessionWorld, sessions: SessionWitness, database: DatabaseSync) {
    this.#world = world;
    this.#sessions = sessions;
    this.#versions = database.prepare('select id, version from runs');
    this.#record = database.prepare('select request, doc from runs where id = ?');
  }

  /** After every commit, and after every crash; sessions first. */
  committed(): void {
    const { trace } = this.#world;
    const rows = this.#versions.all() as { id: string; version: number }[];
    if (rows.length < this.records.size) trace.fail(5, 'SIM-POOL-LOST-1', 'a committed run is gone');
    for (const { id, version } of rows) {
      const before = this.records.get(id);
      if (before?.version === version) continue;
      const { request, doc } = this.#record.get(id) as { request: string; doc: string };
      const after = { ...JSON.parse(request), ...JSON.parse(doc) } as RunRecord;
      const { state, token, attempt, end } = after;
      const where = attempt?.session ?? attempt?.agentId ?? '';
      trace.note(
        `committed ${id} v${version} ${state} t${token} ${where} ${JSON.stringify(end?.reason ?? '')}`,
      );
      this.records.set(id, after);
      this.#checkEnd(before, after);
    }
    this.#checkHeld();
  }

  /** What was answered with 2xx is durable. */
  answered({ id, version }: RunRecord): void {
    const known = this.records.get(id)?.version ?? 0;
    if (known < version)
      this.#world.trace.fail(
        5,
        'SIM-POOL-ANSWER-1',
        `${id} v${version} was answered, but v${known} is stored`,
      );
  }

  /** Where a session's machine is, as far as anybody was told. */
  handleOf(sessionId: string): Handle | null {
    return this.#sessions.records.get(sessionId)?.launch?.handle ?? null;
  }

  /** A command begins, in a machine that runs. */
  executes({ runId, token, session }: Lease, machine: FakeMachine): void {
    const { trace } = this.#world;
    trace.note(`executes ${runId}.${token} in ${session ?? 'no session'} on ${machine.id}`);
    const before = this.#executions.filter((each) => each.runId === runId);
    if (before.some((each) => each.token === token))
      trace.fail(2, 'SIM-POOL-TWICE-1', `attempt ${runId}.${token} is executed twice`);
    if (before.some((each) => !each.over && isUp(each.machine)))
      trace.fail(2, 'SIM-POOL-TWICE-2', `${runId}.${token} is executed while an attempt before it runs`);
    const most = this.records.get(runId)?.spec.retry.attempts ?? 1;
    if (before.length >= most)
      trace.fail(2, 'SIM-POOL-TWICE-3', `${runId}.${token} is execution ${before.length + 1} of ${most}`);
    const of = this.#sessions.records.get(session ?? '')?.run;
    if (of?.id !== runId || of.token !== token)
      trace.fail(2, 'SIM-POOL-PLACE-1', `${runId}.${token} is executed in ${session}, which is not its own`);
    this.#executions.push({ runId, token, machine, over: false });
  }

  ended({ runId, token }: Lease): void {
    const execution = this.#executions.find((each) => each.runId === runId && each.token === token);
    if (execution !== undefined) execution.over = true;
  }

  /** After every step. */
  look(): void {
    const { timeline } = this.#world;
    this.#checkLimit();
    if (timeline.now - this.#lookedAt < 1_000) return;
    this.#lookedAt = timeline.now;
    for (const session of this.#sessions.records.values())
      if (isForRun(session)) {
        this.#checkAlone(session);
        this.#checkWait(session);
        this.#checkGone(session);
      }
  }

  /** What is still open, in words. */
  leftOver(): readonly string[] {
    const open = [...this.records.values()].filter(({ state }) => state !== 'finished');
    return open.map(({ id, state }) => `${id} is ${state}`);
  }

  /** The reason of an end is true. */
  #checkEnd(before: RunRecord | undefined, { id, end, token }: RunRecord): void {
    if (end === null || before?.end != null) return;
    const { trace, profile, fails } = this.#world;
    const { kind } = end.reason;
    const execution = this.#executions.find((each) => each.runId === id && each.token === token);
    if (kind === 'exited' && execution === undefined)
      trace.fail(2, 'SIM-POOL-END-1', `${id} is said to have exited, but was never executed`);
    if (kind === 'machine_gone' && execution !== undefined && isUp(execution.machine))
      trace.fail(1, 'SIM-POOL-END-2', `${id}: its machine is called gone, but ${execution.machine.id} lives`);
    if (kind === 'refused' && profile.calls.refused === 0 && fails === null)
      trace.fail(2, 'SIM-POOL-END-3', `${id} was refused, though nothing was: ${JSON.stringify(end.reason)}`);
    const calm = this.#world.kills === 0 && profile.name === 'calm';
    const asked = kind === 'canceled' && this.canceled.has(id);
    if (calm && kind !== 'exited' && !asked)
      trace.fail(
        2,
        'SIM-POOL-END-4',
        `${id} ended with ${JSON.stringify(end.reason)}, though nothing failed`,
      );
  }

  /** Not more runs than the pool may have at once. */
  #checkHeld(): void {
    const limit = this.#world.profile.poolLimit;
    const held = [...this.records.values()].filter(isHeld);
    if (held.length > limit)
      this.#world.trace.fail(
        2,
        'SIM-POOL-LIMIT-1',
        `${held.length} runs are held, of which there may be ${limit}`,
      );
  }

  /** Nor more machines; two control planes may both see the same room, one of them a moment late. */
  #checkLimit(): void {
    const { profile, trace } = this.#world;
    const { provider, machines, records } = this.#sessions;
    if (profile.planes > 1 || profile.runs === 0) return;
    const up = provider.machines
      .all()
      .filter(({ id, sessionId }) => !machines.twins.has(id) && isForRun(records.get(sessionId)))
      .filter(isUp);
    if (up.length > profile.poolLimit)
      trace.fail(1, 'SIM-POOL-LIMIT-2', `${up.length} machines run for a pool of ${profile.poolLimit}`);
  }

  /** A session ends with its run, and never before. */
  #checkAlone({ id, state, desired, ending, run: of }: SessionRecord & { run: object }): void {
    const { timeline, trace, disturbedAt } = this.#world;
    const run = of === null ? undefined : this.records.get(of.id);
    const goesOn = run !== undefined && isHeld(run) && run.token === of?.token;
    if (goesOn && desired === 'deleted' && ending?.reason.kind === 'asked')
      trace.fail(1, 'SIM-POOL-EARLY-1', `${id} is deleted, but its run ${run.id} is ${run.state}`);
    const there = state !== 'deleting' && state !== 'deleted' && state !== 'failed';
    if (goesOn || !there) return void this.#alone.delete(id);
    const since = this.#alone.get(id) ?? timeline.now;
    this.#alone.set(id, since);
    const passed = timeline.now - Math.max(since, disturbedAt, this.#sessions.outage.faultAt);
    if (passed > LATE_MS)
      trace.fail(1, 'SIM-POOL-LEFT-1', `${id} is ${state} ${passed} ms after the end of its run`);
  }

  /** What will never be ready is given up at once, also where its end takes long. */
  #checkWait({ id, desired, run: of }: SessionRecord & { run: object }): void {
    const { timeline, trace, unsettledAt } = this.#world;
    const run = of === null ? undefined : this.records.get(of.id);
    const waits = run?.state === 'leased' && run.token === of?.token && run.attempt?.agentId === id;
    if (!waits || desired === 'running') return void this.#inVain.delete(id);
    const since = this.#inVain.get(id) ?? timeline.now;
    this.#inVain.set(id, since);
    const passed = timeline.now - Math.max(since, unsettledAt);
    if (passed > VAIN_MS)
      trace.fail(2, 'SIM-POOL-WAIT-1', `${run.id} has waited ${passed} ms for ${id}, which ends`);
  }

  /** With what a command ran on it is over, which nobody on it can report. */
  #checkGone({ id, state, run: of }: SessionRecord & { run: object }): void {
    const { timeline, trace, unsettledAt } = this.#world;
    const run = of === null ? undefined : this.records.get(of.id);
    const goesOn = run?.state === 'running' && run.token === of?.token && run.attempt?.session === id;
    const over = state === 'stopped' || state === 'deleted' || state === 'failed';
    if (!goesOn || !over) return void this.#gone.delete(id);
    const since = this.#gone.get(id) ?? timeline.now;
    this.#gone.set(id, since);
    const passed = timeline.now - Math.max(since, unsettledAt);
    if (passed > VAIN_MS)
      trace.fail(2, 'SIM-POOL-GONE-1', `${run.id} is running, but ${id} has been ${state} for ${passed} ms`);
  }
}

function isHeld({ state }: RunRecord): boolean {
  return state === 'leased' || state === 'running';
}
