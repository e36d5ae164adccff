import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { PastAttempt, RunRecord } from '@errand/core';
import type { World } from '../world.ts';
import { Limits } from './limits.ts';
import { checkReason } from './reasons.ts';

/** One lease, less what small jumps of the clock may take from it. */
const QUIET_AT_LEAST_MS = 20_000;

/** Looks at what is durable, after every commit and after every crash, and compares it with what was durable before. */
export class Committed {
  readonly #world: World;
  readonly #versions: StatementSync;
  readonly #record: StatementSync;
  readonly #limits: Limits;

  constructor(world: World, database: DatabaseSync) {
    this.#world = world;
    this.#versions = database.prepare(
      'select id, version, idempotency_key as key, created_by as by from runs',
    );
    this.#limits = new Limits(world, database);
    this.#record = database.prepare('select request, doc from runs where id = ?');
  }

  look(): void {
    const { records } = this.#world.history;
    const rows = this.#versions.all() as { id: string; version: number; key: string | null; by: string }[];
    this.#checkKeys(rows);
    const changes: { readonly before: RunRecord | undefined; readonly after: RunRecord }[] = [];
    for (const { id, version } of rows) {
      const before = records.get(id);
      if (before?.version === version) continue;
      const { request, doc } = this.#record.get(id) as { request: string; doc: string };
      const after = { ...JSON.parse(request), ...JSON.parse(doc) } as RunRecord;
      this.#world.trace.note(
        `committed ${id} v${version} ${after.state} t${after.token} ${JSON.stringify(after.end?.reason ?? '')}`,
      );
      records.set(id, after);
      this.#checkChange(before, after);
      changes.push({ before, after });
    }
    this.#limits.look(changes);
    if (rows.length < records.size) this.#world.trace.fail(5, 'SIM-LOST-1', 'a committed run is gone');
  }

  #checkKeys(rows: readonly { key: string | null; by: string }[]): void {
    const keys = rows.flatMap(({ key, by }) => (key === null ? [] : [`${by} ${key}`]));
    if (new Set(keys).size === keys.length) return;
    this.#world.trace.fail(2, 'SIM-KEY-1', `one Idempotency-Key made two runs: ${keys.join(', ')}`);
  }

  #checkChange(before: RunRecord | undefined, after: RunRecord): void {
    const { trace } = this.#world;
    const { id } = after;
    if (before !== undefined) {
      if (after.version < before.version)
        trace.fail(5, 'SIM-VERSION-1', `${id} fell back to v${after.version}`);
      if (after.token < before.token)
        trace.fail(2, 'SIM-TOKEN-1', `the token of ${id} fell to ${after.token}`);
      if (!isDeepStrictEqual(before.spec, after.spec))
        trace.fail(5, 'SIM-SPEC-1', `the request of ${id} changed`);
      this.#checkPast(before.past, after);
      if (before.state === 'finished') this.#checkFinished(before, after);
      else this.#checkGoingOn(before, after);
    }
    for (const past of after.past.slice(before?.past.length ?? 0)) {
      // What a finished run was retried from has been looked at when it finished.
      const old = before?.token === past.token && isDeepStrictEqual(before.end?.reason, past.reason);
      if (!old) checkReason(this.#world, after, past);
    }
    const { end } = after;
    const known = before?.end != null && isDeepStrictEqual(before.end, end);
    if (end !== null && !known) {
      checkReason(this.#world, after, { token: after.token, reason: end.reason, log: end.log });
    }
  }

  /** What is past stays as it is; only what had been a guess may be joined, once, by the true end. */
  #checkPast(before: readonly PastAttempt[], after: RunRecord): void {
    for (const [index, past] of before.entries()) {
      const now = after.past[index];
      if (isDeepStrictEqual(past, now)) continue;
      const joined = isGuess(past.reason) && past.superseded === null && now?.superseded != null;
      if (joined && isDeepStrictEqual(past, { ...now, superseded: null })) continue;
      this.#world.trace.fail(2, 'SIM-PAST-1', `attempt ${after.id}.${past.token} is past, but changed`);
    }
  }

  /** A cancel holds for good, and nothing expires while agents could not have been heard. */
  #checkGoingOn(before: RunRecord, after: RunRecord): void {
    const { trace, history, timeline } = this.#world;
    if (before.cancel !== null && after.state !== 'running' && after.state !== 'finished') {
      if (history.wishesFor(after.id).retried === 0) {
        trace.fail(4, 'SIM-CANCELED-2', `${after.id} was to be canceled, and is ${after.state}`);
      }
    }
    const silent = before.attempt?.unreachableAt == null && after.attempt?.unreachableAt != null;
    const quiet = timeline.now - history.disturbedAt;
    if (silent && quiet < QUIET_AT_LEAST_MS) {
      trace.fail(
        2,
        'SIM-QUIET-1',
        `${after.id} is unreachable, but only ${quiet} ms have passed since a disturbance`,
      );
    }
  }

  /** A finished run changes only where a guess meets the truth, or where somebody asked for one more attempt. */
  #checkFinished(before: RunRecord, after: RunRecord): void {
    const { trace, history } = this.#world;
    if (after.past.length > before.past.length || after.state !== 'finished') {
      const asked = history.wishesFor(after.id).retried > 0;
      const kept = after.past[before.past.length];
      const known = before.attempt === null || kept?.token === before.token;
      if (!asked || !known)
        trace.fail(2, 'SIM-FINISHED-1', `finished ${after.id} became ${after.state} by itself`);
      return;
    }
    if (isDeepStrictEqual(before.end, after.end)) return;
    const amended =
      isGuess(before.end?.reason ?? null) && after.end?.amendedAt != null && !isGuess(after.end.reason);
    if (!amended || before.token !== after.token) {
      trace.fail(
        2,
        'SIM-FINISHED-2',
        `the end of ${after.id} changed from ${text(before)} to ${text(after)}`,
      );
    }
  }
}

export function isGuess(reason: PastAttempt['reason']): boolean {
  return reason?.kind === 'lost' || reason?.kind === 'machine_gone';
}

function text({ end }: RunRecord): string {
  return JSON.stringify(end?.reason ?? null);
}
