import { describe, expect, it } from 'vitest';
import { aSession, aSessionSpec, readySession, sessionAfter, sessionLimits } from '../testing/builders.ts';
import { phaseDeadline, renewAt, sessionWakeAt } from './deadline.ts';
import { observeSession, type SessionFact } from './observe.ts';
import type { SessionLimits, SessionRecord } from './record.ts';
import { requestSession } from './request.ts';

const ready = readySession(aSession(), 5_000);
const creating = sessionAfter(aSession(), { kind: 'launching', now: 5_000 });
const key = creating.launch?.key ?? '';
const starting = sessionAfter(creating, { kind: 'runs', key, ports: [], agent: null, now: 9_000 });
const stopped: SessionRecord = { ...ready, state: 'stopped', desired: 'stopped', launch: null, since: 9_000 };
const held: SessionRecord = { ...stopped, hold: { until: 9_000_000, by: 'me', note: null } };

function limited(limits: Partial<SessionLimits>): SessionRecord {
  return readySession(aSession({ spec: aSessionSpec({ limits: sessionLimits(limits) }) }), 5_000);
}

function troubled(session: SessionRecord, retryAfterMs: number): SessionRecord {
  const failed = { kind: 'call_failed', error: 'transient', why: 'down', now: 6_000 } as const;
  return sessionAfter(session, { ...failed, retryAfterMs });
}

describe('what the clock ends', () => {
  const ends: readonly (readonly [string, SessionFact['kind'], SessionRecord, number])[] = [
    ['a start that does not come to run', 'phase_timed_out', creating, 125_000],
    ['a start that does not get healthy', 'phase_timed_out', starting, 69_000],
    ['what is made beyond its lease', 'lease_ended', creating, 605_000],
    ['what starts beyond its lease', 'lease_ended', starting, 605_000],
    ['what is ready beyond its lease', 'lease_ended', ready, 605_000],
    ['a life', 'life_ended', ready, 7_205_000],
    ['what is idle', 'idle', ready, 305_000],
    ['what stays stopped', 'unused', stopped, 3_609_000],
    ['what stays stopped, and was held', 'unused', held, 9_000_000],
  ];
  it.each(ends)(
    '%s (%s): in time, and not by a plan from before the time moved on',
    (_what, kind, session, due) => {
      const at = (now: number) => observeSession(session, { kind, why: null, now } as SessionFact).kind;
      expect([at(due - 1), at(due)]).toEqual(['same', 'next']);
    },
  );

  it('has less time to get healthy than to come to run', () => {
    expect([phaseDeadline(creating), phaseDeadline(starting), phaseDeadline(ready)]).toEqual([
      125_000,
      69_000,
      null,
    ]);
  });

  it('counts a life from each start', () => {
    const wished = requestSession(stopped, { kind: 'start', by: 'me', now: 20_000_000 });
    if (wished.kind !== 'next') throw new Error('it may be started');
    expect(readySession(wished.session, 20_000_000).endsAt).toBe(20_000_000 + 7_200_000);
  });
});

describe('a lease', () => {
  it('is renewed every minute, or three times where it is short', () => {
    expect(renewAt(ready)).toBe(65_000);
    expect(renewAt(limited({ leaseMs: 90_000 }))).toBe(35_000);
  });

  it.each([
    ['creating', creating],
    ['starting', starting],
    ['ready', ready],
  ] as const)('that is renewed while it is %s lasts longer', (_state, session) => {
    const launch = session.launch?.key ?? '';
    const renewed = sessionAfter(session, {
      kind: 'renewed',
      key: launch,
      leaseUntil: 700_000,
      now: 100_000,
    });
    expect(renewed.launch).toMatchObject({ leaseUntil: 700_000, renewedAt: 100_000 });
    expect(observeSession(renewed, { kind: 'lease_ended', now: 605_000 }).kind).toBe('same');
  });
});

describe('the reconciler is woken', () => {
  it.each([
    ['for a renewal', ready, 65_000],
    ['for the end of its life', limited({ lifeMs: 20_000 }), 25_000],
    ['when it counts as idle', limited({ idleMs: 30_000 }), 35_000],
    ['no earlier than its provider may be asked again', troubled(ready, 100_000), 106_000],
    [
      'at the end of its lease, though its provider is not to be asked',
      troubled(limited({ idleMs: null }), 900_000),
      605_000,
    ],
  ] as const)('%s', (_why, session, at) => {
    expect(sessionWakeAt(session)).toBe(at);
  });

  it('at once where somebody wants the end of what was in trouble', () => {
    const step = requestSession(troubled(ready, 900_000), { kind: 'delete', by: 'me', now: 7_000 });
    expect(step).toMatchObject({ kind: 'next', session: { trouble: null } });
    expect(step.kind === 'next' && sessionWakeAt(step.session)).toBe(7_000);
  });
});
