/** A guard taken out of the production code, by hand as it were: some seed must notice. */
export interface Guard {
  readonly name: string;
  readonly file: string;
  /** Stands there once. */
  readonly from: string;
  readonly to: string;
}

/** Guards of the life of runs, to be noticed by a world of runs. */
export const RUN_MUTATIONS: readonly Guard[] = [
  {
    name: 'places: a run is handed to a waiting agent although its pool is paused',
    file: 'packages/server/src/stores/sql/runs/insert.ts',
    from: 'return paused || limit !== null || limitPerKey !== null;',
    to: 'return limit !== null || limitPerKey !== null;',
  },
  {
    name: 'places: a claim does not look at the limit of its pool',
    file: 'packages/server/src/stores/sql/runs/claim.ts',
    from: 'if (limits.limit !== null) {',
    to: 'if (limits.limit === -1) {',
  },
  {
    name: 'places: a claim does not look at the limit of each key',
    file: 'packages/core/src/run/gate.ts',
    from: 'if (limitPerKey !== null) gates.push',
    to: 'if (limitPerKey === -1) gates.push',
  },
  {
    name: 'places: all runs of a group begin at once',
    file: 'packages/core/src/run/gate.ts',
    from: 'if (run.group !== null && atOnce !== null)',
    to: 'if (run.group !== null && atOnce === -1)',
  },
  {
    name: 'places: an agent gets runs whose labels it does not have',
    file: 'packages/server/src/stores/sql/runs/queue.ts',
    from: 'hasLabels(labels, labelsOfLane(wanted)) ? [wanted] : []',
    to: 'hasLabels(labels, labelsOfLane(wanted)) ? [wanted] : [wanted]',
  },
  {
    name: 'places: the queue goes by ids',
    file: 'packages/server/src/stores/sql/runs/queue.ts',
    from: ".orderBy('priority', 'desc')\n    .orderBy('queued_at')\n    .orderBy('id')\n    .limit(limit);",
    to: ".orderBy('id')\n    .limit(limit);",
  },
  {
    name: 'a claim does not look at who is held under the same concurrency key',
    file: 'packages/server/src/stores/sql/runs/gates.ts',
    from: 'if (held < Math.min(gate.limit, least) && !(yield* this.#isBehind(run, gate))) continue;',
    to: 'continue;',
  },
  {
    name: 'a run with a concurrency key is handed to a waiting agent past its gate',
    file: 'packages/server/src/stores/sql/runs/insert.ts',
    from: '&& run.concurrency === null && run.group === null',
    to: '&& run.group === null',
  },
  {
    name: 'facts about other tokens are taken for facts about the present one',
    file: 'packages/core/src/run/observe.ts',
    from: "if ('token' in fact && fact.token !== run.token) return observeOther(run, fact);",
    to: '',
  },
  {
    name: 'a save does not look at the version',
    file: 'packages/server/src/stores/sql/runs/save.ts',
    from: ".where('version', '=', run.before)",
    to: '',
  },
  {
    name: 'an agent executes whatever it is answered at the door',
    file: 'packages/agent/src/attempt.ts',
    from: 'if (!permitted || this.#superseded) {',
    to: 'if (this.#superseded) {',
  },
  {
    name: 'an agent executes on a permission that it got long ago',
    file: 'packages/agent/src/kept-attempt.ts',
    from: 'if (!(await isPermitted())) return this.#refused();',
    to: '',
  },
  {
    name: 'an agent does not notice a reboot',
    file: 'packages/agent/src/attempt.ts',
    from: "else if (entry.boot !== spool.boot) outcome = { kind: 'lost' };",
    to: '',
  },
  {
    name: 'the door is open to leases that went back to the queue',
    file: 'packages/core/src/run/observe.ts',
    from: 'starting: { queued: superseded,',
    to: 'starting: { queued: same,',
  },
  {
    name: 'the door is open to finished runs',
    file: 'packages/core/src/run/observe.ts',
    from: 'leased: open, running: same, finished: superseded }',
    to: 'leased: open, running: same, finished: same }',
  },
  {
    name: 'an append of bytes that are there is written again',
    file: 'packages/server/src/stores/memory/memory-log-store.ts',
    from: 'const known = at - piece.offset;',
    to: 'const known = 0;',
  },
  {
    name: 'an idempotency key is not kept',
    file: 'packages/server/src/stores/sql/runs/row.ts',
    from: 'idempotency_key: idempotency?.key ?? null,',
    to: 'idempotency_key: null,',
  },
  {
    name: 'a new agent does not look whether an attempt was executed',
    file: 'packages/agent/src/kept-attempt.ts',
    from: "if (executedAt === undefined) return { kind: 'not_executed' };",
    to: "if (executedAt !== null) return { kind: 'not_executed' };",
  },
  {
    name: 'a new agent takes what its keeper said before it began for the last word',
    file: 'packages/agent/src/kept-attempt.ts',
    from: 'const again = await this.#askKeeper();',
    to: "const again = 'unknown' as Awaited<typeof first>;",
  },
  {
    name: 'a copy of an agent speaks for the attempt of the other one',
    file: 'packages/server/src/use-cases/agents/report-fact.ts',
    from: 'return known === null || known === claimant;',
    to: 'return true;',
  },
  {
    name: 'a new agent does not fence what was not executed',
    file: 'packages/agent/src/attempt.ts',
    from: 'entry = spool.fence(found);',
    to: '',
  },
  {
    name: 'writes are answered before they are committed',
    file: 'packages/server/src/stores/sql/sqlite-executor.ts',
    from: 'return group.committed.then(() => result);',
    to: 'return Promise.resolve(result);',
  },
  {
    name: 'reads of an open group are answered before it is committed',
    file: 'packages/server/src/stores/sql/sqlite-executor.ts',
    from: 'return this.#group === null ? Promise.resolve(rows) : this.#group.committed.then(() => rows);',
    to: 'return Promise.resolve(rows);',
  },
  {
    name: 'a lease that ran out behind the door goes back to the queue',
    file: 'packages/core/src/run/observe.ts',
    from: 'lease_ended: { queued: same, leased: giveBack, running: same,',
    to: 'lease_ended: { queued: same, leased: giveBack, running: giveBack,',
  },
  {
    name: 'the planner takes a running attempt for one in front of the door',
    file: 'packages/core/src/plan/plan-runs.ts',
    from: "if (run.state === 'leased') return { kind: 'lease_ended', token, now };",
    to: "return { kind: 'not_executed', token, now };",
  },
  {
    name: 'a run counts as lost the moment its agent is silent',
    file: 'packages/core/src/plan/wake.ts',
    from: 'return unreachableAt === null ? leaseExpiresAt : unreachableAt + lostAfterMs;',
    to: 'return unreachableAt === null ? leaseExpiresAt - 25_000 : unreachableAt;',
  },
  {
    name: 'nothing is quiet after a start, a jump or a stall',
    file: 'packages/core/src/plan/plan-runs.ts',
    from: 'if (now < quietUntil) return [];',
    to: '',
  },
  {
    name: 'an end changes a run that has finished',
    file: 'packages/core/src/run/observe.ts',
    from: 'if (run.end === null || !isGuess(run.end.reason) || isGuess(reason)) return same();',
    to: 'if (run.end === null) return same();',
  },
  {
    name: 'a true end does not amend a guess',
    file: 'packages/core/src/run/observe.ts',
    from: 'running: ended, finished: amend }',
    to: 'running: ended, finished: same }',
  },
  {
    name: 'a canceled run is tried again',
    file: 'packages/core/src/run/finish.ts',
    from: 'caller || run.cancel !== null || run.executed >= retry.attempts',
    to: 'caller || run.executed >= retry.attempts',
  },
  {
    name: 'attempts are not counted',
    file: 'packages/core/src/run/finish.ts',
    from: 'caller || run.cancel !== null || run.executed >= retry.attempts',
    to: 'caller || run.cancel !== null',
  },
  {
    name: 'a cancel after the door is forgotten when nothing was executed',
    file: 'packages/core/src/run/observe.ts',
    from: "if (run.cancel !== null) return finish(run, { reason: { kind: 'canceled' }, log: null, now: fact.now });",
    to: '',
  },
  {
    name: 'an agent reports the end before the log is delivered',
    file: 'packages/agent/src/log-delivery.ts',
    from: "if (bytes > 0 && (await this.#sending) === 'superseded') return 'superseded';",
    to: '',
  },
  {
    name: 'canceled is said also where processes are left',
    file: 'packages/agent/src/end-reason.ts',
    from: "return end.left === 0 ? { kind: 'canceled' } : { kind: 'canceled_unproven', left: end.left };",
    to: "return { kind: 'canceled' };",
  },
  {
    name: 'an agent that lost its keeper leaves the tree alone',
    file: 'packages/agent/src/attempt.ts',
    from: "if (outcome.kind === 'lost') await this.#endOrphans();",
    to: '',
  },
  {
    name: 'an agent lets a superseded tree live',
    file: 'packages/agent/src/attempt.ts',
    from: 'this.#kept?.kill(this.#supersedeOrder());\n  }\n\n  /** Everything',
    to: '}\n\n  /** Everything',
  },
  {
    name: 'a lease whose answer was lost is not given again',
    file: 'packages/server/src/use-cases/agents/waiting-poll.ts',
    from: "const lost = runs.filter((run) => run.state === 'leased' && held.get(run.id)?.token !== run.token);",
    to: 'const lost: RunRecord[] = [];',
  },
  {
    name: 'a follower is not held until the end of the log',
    file: 'packages/server/src/use-cases/runs/read-log.ts',
    from: 'if (state !== null && state.size > from) {',
    to: 'if (state !== null && !state.ended && state.size > from) {',
  },
  {
    name: 'an agent is not told that its token is superseded',
    file: 'packages/server/src/use-cases/agents/waiting-poll.ts',
    from: '(await parts.runs.get(runId))?.token === token ? [] : [{ runId, token }],',
    to: '[],',
  },
];
