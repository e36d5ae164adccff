import type { Guard } from '../run-mutations.ts';

const OBSERVE = 'packages/core/src/session/observe.ts';
const ENDING = 'packages/core/src/session/ending.ts';
const DEADLINE = 'packages/core/src/session/deadline.ts';
const PLAN = 'packages/core/src/plan/plan-sessions.ts';
const JUDGE = 'packages/core/src/plan/judge-found.ts';
const CARRY_OUT = 'packages/server/src/reconciler/sessions/carry-out.ts';
const LOOK = 'packages/server/src/reconciler/sessions/look.ts';
const RECONCILER = 'packages/server/src/reconciler/sessions/session-reconciler.ts';

/** Guards of the life of sessions, to be noticed by a world of sessions. */
export const SESSION_MUTATIONS: readonly Guard[] = [
  {
    name: 'sessions: facts about another launch are taken for facts about this one',
    file: OBSERVE,
    from: "if ('key' in fact && fact.key !== (session.launch?.key ?? null)) return same();",
    to: '',
  },
  {
    name: 'sessions: a handle that comes while it is being deleted is not taken',
    file: OBSERVE,
    from: 'launched: only({ creating: launched, stopping: launched, deleting: launched }),',
    to: 'launched: only({ creating: launched, stopping: launched }),',
  },
  {
    name: 'sessions: the next launch has the key of the last',
    file: OBSERVE,
    from: 'const launches = session.launches + 1;',
    to: 'const launches = 1;',
  },
  {
    name: 'sessions: what a lost start may have woken is not stopped',
    file: OBSERVE,
    from: 'if (mayExist(unmade)) return next(unmade, {});',
    to: '',
  },
  {
    name: 'sessions: a launch that failed for good is not looked for',
    file: ENDING,
    from: 'if (!mayExist(session)) return finish(',
    to: 'if (session.launch?.handle == null && session.kept === null) return finish(',
  },
  {
    name: 'sessions: what was kept is forgotten',
    file: OBSERVE,
    from: 'return settleStopped(session, launch?.handle ?? kept, now);',
    to: 'return settleStopped(session, null, now);',
  },
  {
    name: 'sessions: a hold does not keep it from counting as idle',
    file: DEADLINE,
    from: 'return Math.max(last + idleMs, session.hold?.until ?? 0);',
    to: 'return last + idleMs;',
  },
  {
    name: 'sessions: a hold does not keep a stopped one',
    file: DEADLINE,
    from: 'return Math.max(since + unusedMs, hold?.until ?? 0);',
    to: 'return since + unusedMs;',
  },
  {
    name: 'sessions: nothing wakes the reconciler at the end of a phase',
    file: DEADLINE,
    from: 'return earliest([due, phaseDeadline(session)]);',
    to: 'return session.trouble === null ? due : null;',
  },
  {
    name: 'sessions: a lease that ran out ends nothing',
    file: PLAN,
    from: "if (passed(session.launch?.leaseUntil)) return observe({ kind: 'lease_ended', now });",
    to: '',
  },
  {
    name: 'sessions: a life that is over goes on',
    file: PLAN,
    from: "if (session.state === 'ready' && passed(session.endsAt)) return observe({ kind: 'life_ended', now });",
    to: '',
  },
  {
    name: 'sessions: a phase may last for ever',
    file: PLAN,
    from: "return observe({ kind: 'phase_timed_out', why: lastWord(session), now });",
    to: 'return null;',
  },
  {
    name: 'sessions: things expire right after the clock jumped',
    file: PLAN,
    from: 'time != null && time <= now && !quiet;',
    to: 'time != null && time <= now;',
  },
  {
    name: 'sessions: an end is asked for although nobody knows what to end',
    file: PLAN,
    from: "return launch !== null && launch.handle === null ? { kind: 'find' } : { kind: how };",
    to: 'return { kind: how };',
  },
  {
    name: 'sessions: after the clock fell back nobody renews leases',
    file: PLAN,
    from: 'renew: due !== null && (due <= now || fellBack)',
    to: 'renew: due !== null && due <= now',
  },
  {
    name: 'sessions: after the clock fell back a provider is left alone for as long',
    file: PLAN,
    from: 'return notBefore > now && at <= now ? null : then(planning);',
    to: 'return notBefore > now ? null : then(planning);',
  },
  {
    name: 'sessions: after the clock fell back nothing is due',
    file: RECONCILER,
    from: 'const ms = Math.max(0, this.#fellBack.ms - jump);',
    to: 'const ms = 0;',
  },
  {
    name: 'sessions: nobody sees that the clock fell back while nobody was there',
    file: RECONCILER,
    from: 'if (ms > TOLERANCE_MS) this.#fellBack',
    to: 'if (ms > Infinity) this.#fellBack',
  },
  {
    name: 'sessions: use that only memory knows of does not count',
    file: RECONCILER,
    from: 'return { ...nothing, use: uses.latest(session.id), unsure:',
    to: 'return { ...nothing, unsure:',
  },
  {
    name: 'sessions: use is told to no other control plane',
    file: RECONCILER,
    from: 'await this.#lookForUse(passed);',
    to: '',
  },
  {
    name: 'sessions: it is not written down that a launch is asked again',
    file: CARRY_OUT,
    from: 'if (Math.abs(now - calledAt) > SOON_MS) {',
    to: 'if (calledAt < 0) {',
  },
  {
    name: 'sessions: a launch is made although the process stood still before it',
    file: CARRY_OUT,
    from: "if (parts.clock.steady() - begun > SOON_MS) return 'now';",
    to: '',
  },
  {
    name: 'sessions: what the provider does not know at once was never made',
    file: CARRY_OUT,
    from: 'if (passedMs < surelyMs || trustedMs < surelyMs) return SOON_MS;',
    to: 'if (trustedMs < surelyMs) return SOON_MS;',
  },
  {
    name: 'sessions: how long the provider has known nothing is counted up to its answer, not its question',
    file: CARRY_OUT,
    from: 'const passedMs = calledAt > askedAt ? surelyMs : askedAt - calledAt;',
    to: 'const passedMs = calledAt > askedAt ? surelyMs : now - calledAt;',
  },
  {
    name: 'sessions: nothing runs out while the provider cannot say whether it is used',
    file: RECONCILER,
    from: 'const [planned] = this.#plan(view);',
    to: 'if (view.unsure) return TICK_MS;\n      const [planned] = this.#plan(view);',
  },
  {
    name: 'sessions: a clock that jumped is trusted',
    file: CARRY_OUT,
    from: 'if (passedMs < surelyMs || trustedMs < surelyMs) return SOON_MS;',
    to: 'if (passedMs < surelyMs) return SOON_MS;',
  },
  {
    name: 'sessions: a call from before the clock fell back is waited for until it comes round again',
    file: CARRY_OUT,
    from: 'const passedMs = calledAt > askedAt ? surelyMs : askedAt - calledAt;',
    to: 'const passedMs = askedAt - calledAt;',
  },
  {
    name: 'sessions: a stop that is not done counts as done',
    file: CARRY_OUT,
    from: 'if (!done) return SOON_MS;',
    to: '',
  },
  {
    name: 'sessions: an end that is not done counts as done',
    file: CARRY_OUT,
    from: "if (answer === 'pending') return SOON_MS;",
    to: '',
  },
  {
    name: 'sessions: what was kept outlives the session',
    file: CARRY_OUT,
    from: 'for (const handle of [present?.handle ?? null, kept]) {',
    to: 'for (const handle of [present?.handle ?? null]) {',
  },
  {
    name: 'sessions: a lease is said to last longer than it does',
    file: LOOK,
    from: "await observe(parts, session.id, { kind: 'renewed', key, leaseUntil, now: parts.clock.now() });",
    to: "await observe(parts, session.id, { kind: 'renewed', key, leaseUntil: leaseUntil + 5_000, now: parts.clock.now() });",
  },
  {
    name: 'sessions: leases are not renewed',
    file: LOOK,
    from: 'if (renew) {',
    to: 'if (renew && spec.limits.leaseMs < 0) {',
  },
  {
    name: 'sweep: what has outlived its lease is left alone',
    file: JUDGE,
    from: 'if (found.leaseLeftMs !== null && found.leaseLeftMs < -LATE_MS)',
    to: 'if (found.leaseLeftMs === Infinity)',
  },
  {
    name: 'sweep: a second machine of a session is left alone',
    file: JUDGE,
    from: "return { kind: 'orphan', sentence: 'Its session goes on without it.' };",
    to: 'return KNOWN;',
  },
  {
    name: 'sweep: what is there although its session is over is left alone',
    file: JUDGE,
    from: 'if (isFinalState(session.state))',
    to: 'if (isFinalState(session.state)) return KNOWN;\n  if (isFinalState(session.state))',
  },
  {
    name: 'sweep: a launch whose answer is not there yet is taken for nobody’s',
    file: JUDGE,
    from: 'if (session.launch !== null && session.launch.handle === null)',
    to: 'if (session.launch === undefined)',
  },
  {
    name: 'sweep: what was kept is taken for nobody’s',
    file: JUDGE,
    from: 'if (isSame(session.kept, found.handle)) return judgeKept(found, session, now);',
    to: '',
  },
  {
    name: 'sessions: a store saves over what somebody else saved',
    file: 'packages/server/src/stores/sql/sessions/session-store.ts',
    from: ".where('version', '=', session.version - 1)",
    to: '',
  },
  {
    name: 'sessions: a quota is not looked at',
    file: 'packages/server/src/stores/sql/sessions/insert.ts',
    from: '>= quota.most',
    to: '> quota.most',
  },
  {
    name: 'sessions: an Idempotency-Key is forgotten',
    file: 'packages/server/src/stores/sql/sessions/insert.ts',
    from: 'if (known !== undefined)',
    to: 'if (known === null)',
  },
];
