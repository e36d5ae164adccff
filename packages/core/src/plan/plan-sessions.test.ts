import { describe, expect, it } from 'vitest';
import type { Found } from '../ports/provider.ts';
import type { SessionRecord } from '../session/record.ts';
import { requestSession } from '../session/request.ts';
import { aSession, readySession, sessionAfter } from '../testing/builders.ts';
import { judgeFound } from './judge-found.ts';
import { planSessions, type SessionView } from './plan-sessions.ts';

function planned(session: SessionRecord, now: number, more: Partial<SessionView> = {}, quietUntil = 0) {
  const view = { session, use: null, commands: 0, unsure: false, ...more };
  return planSessions({ sessions: [view], quietUntil }, now)[0]?.action ?? null;
}

const ready = readySession(aSession(), 5_000);
const creating = sessionAfter(aSession(), { kind: 'launching', now: 2_000 });

describe('the plan of a session', () => {
  it('asks for compute until there is a handle, then looks', () => {
    expect(planned(aSession(), 2_000)).toMatchObject({ kind: 'observe', fact: { kind: 'launching' } });
    expect(planned(creating, 2_000)).toEqual({ kind: 'launch' });
    const key = creating.launch?.key ?? '';
    const made = sessionAfter(creating, { kind: 'launched', key, handle: { v: 1, data: {} }, now: 3_000 });
    expect(planned(made, 3_000)).toEqual({ kind: 'look', renew: false });
    expect(planned(made, 63_000)).toEqual({ kind: 'look', renew: true });
  });

  it('gives up a phase that takes too long, saying what was seen last', () => {
    expect(planned(creating, 122_000)).toMatchObject({ fact: { kind: 'phase_timed_out' } });
  });

  it('leaves a provider in trouble alone, but not beyond a deadline', () => {
    const fact = { kind: 'call_failed', error: 'transient', why: 'down', retryAfterMs: 50_000 } as const;
    const troubled = sessionAfter(creating, { ...fact, now: 80_000 });
    expect(planned(troubled, 100_000)).toBeNull();
    expect(planned(troubled, 122_000)).toMatchObject({ fact: { kind: 'phase_timed_out', why: 'down' } });
  });

  it('renews at once what was renewed before the clock fell back, and asks a provider that was in trouble then', () => {
    expect(planned(ready, 4_000)).toEqual({ kind: 'look', renew: true });
    const fact = { kind: 'call_failed', error: 'transient', why: 'down', retryAfterMs: 50_000 } as const;
    expect(planned(sessionAfter(creating, { ...fact, now: 80_000 }), 70_000)).toEqual({ kind: 'launch' });
  });

  it('renews, and ends what nobody uses', () => {
    expect(planned(ready, 65_000)).toEqual({ kind: 'look', renew: true });
    expect(planned(ready, 305_000)).toMatchObject({ fact: { kind: 'idle' } });
  });

  it('never ends what is used: a command, or use that the record does not know of', () => {
    expect(planned(ready, 305_000, { commands: 1 })).toMatchObject({ fact: { kind: 'active' } });
    const use = { kind: 'traffic', at: 304_000 } as const;
    expect(planned(ready, 305_000, { use })).toMatchObject({ fact: { kind: 'active', activity: use } });
    expect(planned(ready, 305_000, { use: { kind: 'traffic', at: 4_000 } })).toMatchObject({
      fact: { kind: 'idle' },
    });
  });

  it('ends what is at the end of its lifetime although it is used', () => {
    expect(planned(ready, 7_205_000, { commands: 1 }, 0)).toMatchObject({ fact: { kind: 'lease_ended' } });
    const renewed = sessionAfter(ready, {
      kind: 'renewed',
      key: ready.launch?.key ?? '',
      leaseUntil: 9_000_000,
      now: 7_204_000,
    });
    expect(planned(renewed, 7_205_000, { commands: 1 })).toMatchObject({ fact: { kind: 'life_ended' } });
  });

  it('lets nothing expire while the clock is not to be trusted, and renews meanwhile', () => {
    expect(planned(ready, 7_205_000, {}, 7_206_000)).toEqual({ kind: 'look', renew: true });
  });

  it('ends nothing for not being used while the clock is not to be trusted, or nobody can say', () => {
    const stopped: SessionRecord = { ...ready, state: 'stopped', launch: null, since: 6_000 };
    const later = 3_606_000;
    expect(planned(stopped, later)).toMatchObject({ fact: { kind: 'unused' } });
    expect(planned(stopped, later, {}, later + 1)).toBeNull();
    expect(planned(ready, 305_000, {}, 305_001)).toEqual({ kind: 'look', renew: true });
    expect(planned(ready, 305_000, { unsure: true })).toEqual({ kind: 'look', renew: true });
  });

  it('gives up a start that does not get healthy, or has outlived its lease', () => {
    const starting: SessionRecord = { ...ready, state: 'starting' };
    expect(planned(starting, 65_000)).toMatchObject({ fact: { kind: 'phase_timed_out' } });
    expect(planned(starting, 605_000)).toMatchObject({ fact: { kind: 'lease_ended' } });
  });

  it.each([
    ['stop', 'stop'],
    ['delete', 'terminate'],
  ] as const)('asks for a %s again once its provider may be asked, and not before', (kind, action) => {
    const step = requestSession(ready, { kind, by: 'me', now: 6_000 });
    if (step.kind !== 'next') throw new Error(`a ${kind} is granted`);
    const fact = { kind: 'call_failed', error: 'auth', why: 'no', retryAfterMs: 50_000 } as const;
    const troubled = sessionAfter(step.session, { ...fact, now: 7_000 });
    expect([planned(troubled, 56_999), planned(troubled, 57_000)]).toEqual([null, { kind: action }]);
  });

  it('looks for what a launch without an answer has made before it ends anything', () => {
    const step = requestSession(creating, { kind: 'delete', by: 'me', now: 3_000 });
    if (step.kind !== 'next') throw new Error('it may be deleted');
    expect(planned(step.session, 4_000)).toEqual({ kind: 'find' });
    const key = creating.launch?.key ?? '';
    const known = sessionAfter(step.session, {
      kind: 'launched',
      key,
      handle: { v: 1, data: {} },
      now: 4_000,
    });
    expect(planned(known, 4_000)).toEqual({ kind: 'terminate' });
  });
});

describe('the sweep', () => {
  const found: Found = {
    handle: { v: 1, data: { machine: ready.launch?.key ?? '' } },
    key: ready.launch?.key ?? '',
    sessionId: ready.id,
    state: 'running',
    leaseLeftMs: 100_000,
  };
  const stopped: SessionRecord = {
    ...ready,
    state: 'stopped',
    launch: null,
    kept: found.handle,
    since: 6_000,
  };
  it.each([
    ['known', ready, found],
    ['orphan', null, found],
    ['orphan', { ...ready, state: 'deleted', launch: null }, found],
    ['orphan', ready, { ...found, handle: { v: 1, data: { machine: 'twin' } } }],
    ['unsure', creating, { ...found, sessionId: creating.id }],
    ['overdue', ready, { ...found, leaseLeftMs: -60_001 }],
    ['known', stopped, { ...found, state: 'kept', leaseLeftMs: null }],
    ['woken', stopped, found],
    // It is being started, and the answer is not there yet; or it was still seen as it was before it stopped.
    ['known', { ...stopped, state: 'creating', launch: creating.launch }, found],
    ['known', { ...stopped, since: 40_000 }, found],
  ] as const)('takes for %s', (kind, session, each) => {
    expect(judgeFound(each, session, 100_000).kind).toBe(kind);
  });

  it('does not mind the order of what a handle is made of', () => {
    const handle = { v: 1, data: { a: 1, b: 2 } };
    const session = { ...stopped, kept: { v: 1, data: { b: 2, a: 1 } } };
    expect(judgeFound({ ...found, state: 'kept', handle }, session, 0).kind).toBe('known');
  });
});
