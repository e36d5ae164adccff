import { describe, expect, it } from 'vitest';
import { aSession, aSessionSpec, readySession, sessionAfter, sessionLimits } from '../testing/builders.ts';
import { SESSION_STATES, type SessionState } from '../vocabulary/session-state.ts';
import { alarmAt, idleAt, sessionWakeAt, unusedAt } from './deadline.ts';
import { observeSession, SESSION_FACTS, type SessionFact } from './observe.ts';
import type { SessionRecord } from './record.ts';
import { INTENTS, requestSession, type SessionIntent } from './request.ts';

const HANDLE = { v: 1, data: { machine: 'm' } };

function asked(session: SessionRecord, intent: SessionIntent): SessionRecord {
  const step = requestSession(session, intent);
  if (step.kind !== 'next') throw new Error(`${intent.kind} of a ${session.state} session is ${step.kind}`);
  return step.session;
}

function creating(session = aSession()): SessionRecord {
  return sessionAfter(session, { kind: 'launching', now: 2_000 });
}

describe('a start', () => {
  it('comes from the request over the intent to ready, and is followed by events', () => {
    const ready = readySession(aSession(), 5_000);
    expect(ready).toMatchObject({ state: 'ready', readyAt: 5_000, launches: 1, failure: null });
    expect(ready.events.map(({ kind }) => kind)).toEqual([
      'requested',
      'creating',
      'progress',
      'starting',
      'ready',
    ]);
    expect(ready.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('has the launch in the record, with a lease, before anything was made', () => {
    const session = creating();
    expect(session.launch).toMatchObject({ key: `${session.id}-1`, handle: null, leaseUntil: 602_000 });
  });

  it('fails and is rolled back when the provider refuses it for good; and is over only once that is confirmed', () => {
    const failed = sessionAfter(creating(), {
      kind: 'call_failed',
      error: 'quota',
      why: 'too many',
      retryAfterMs: null,
      now: 3_000,
    });
    const key = failed.launch?.key ?? '';
    expect(failed).toMatchObject({ state: 'deleting', failure: { reason: { kind: 'provider' } } });
    expect(observeSession(failed, { kind: 'end_confirmed', key, now: 4_000 }).kind).toBe('same');
    const over = sessionAfter(failed, { kind: 'never_launched', key, now: 4_000 });
    expect(over).toMatchObject({ state: 'failed', launch: null });
    expect(over.events.at(-1)?.text).toMatch(/Nothing of it is left.*too many/);
  });

  it('waits longer after each failure that may go away, at least as long as the provider asks', () => {
    let session = creating();
    const waits = [1_000, 1_000, 1_000].map((_, index) => {
      const fact = { kind: 'call_failed', error: 'transient', why: 'no answer', now: 3_000 } as const;
      session = sessionAfter(session, { ...fact, retryAfterMs: index === 2 ? 90_000 : null });
      return (session.trouble?.notBefore ?? 0) - 3_000;
    });
    expect(waits).toEqual([1_000, 2_000, 90_000]);
    expect(session.events.filter(({ kind }) => kind === 'trouble')).toHaveLength(1);
  });

  it('says what keeps a start from going on until something goes on, and not only until its lease is renewed', () => {
    const session = creating();
    const key = session.launch?.key ?? '';
    const failed = { kind: 'call_failed', error: 'transient', retryAfterMs: null, now: 4_000 } as const;
    const waiting = sessionAfter(
      session,
      { kind: 'launched', key, handle: { v: 1, data: {} }, now: 3_000 },
      { ...failed, why: 'no registry' },
      { kind: 'renewed', key, leaseUntil: 700_000, now: 5_000 },
    );
    expect(waiting.trouble).toMatchObject({ message: 'no registry', count: 1 });
    const on = sessionAfter(waiting, { kind: 'progress', key, text: 'Pulling it: 3 %.', now: 6_000 });
    expect(on.trouble).toBeNull();
  });

  it('keeps what was there before when a later start fails', () => {
    const { launch, id } = readySession(aSession(), 5_000);
    const stopped = stop(readySession(aSession({ id }), 5_000));
    expect(stopped.kept).toEqual(launch?.handle);
    const again = sessionAfter(
      asked(stopped, { kind: 'start', by: 'me', now: 9_000 }),
      { kind: 'launching', now: 9_000 },
      { kind: 'call_failed', error: 'config', why: 'no', retryAfterMs: null, now: 9_500 },
    );
    expect(again).toMatchObject({ state: 'stopping', desired: 'stopped', kept: stopped.kept });
    const key = `${id}-2`;
    const unmade = sessionAfter(again, { kind: 'never_launched', key, now: 10_000 });
    // What was kept may have been woken: it is stopped before anything is called stopped.
    expect(unmade.state).toBe('stopping');
    const settled = sessionAfter(unmade, { kind: 'stop_confirmed', key: null, now: 11_000 });
    expect(settled).toMatchObject({ state: 'stopped', kept: stopped.kept, failure: { at: 9_500 } });
  });
});

function stop(session: SessionRecord, now = 7_000): SessionRecord {
  const stopping = asked(session, { kind: 'stop', by: 'me', now });
  return sessionAfter(stopping, { kind: 'stop_confirmed', key: stopping.launch?.key ?? null, now });
}

describe('a stop that deletes volumes', () => {
  const drop = { kind: 'stop', by: 'me', now: 8_000, deleteVolumes: true } as const;

  it('is asked for once, also of what was stopped before with all that it had', () => {
    const stopped = stop(readySession(aSession(), 5_000));
    expect(requestSession(stopped, { ...drop, deleteVolumes: false }).kind).toBe('same');
    const dropping = asked(stopped, drop);
    expect(dropping).toMatchObject({ state: 'stopping', dropsVolumes: true, kept: stopped.kept });
    expect(requestSession(dropping, drop).kind).toBe('same');
    const confirmed = { kind: 'stop_confirmed', key: null, now: 9_000 } as const;
    expect(observeSession(dropping, confirmed).kind).toBe('same');
    const dropped = sessionAfter(dropping, { ...confirmed, dropped: true });
    expect(dropped).toMatchObject({ state: 'stopped', dropsVolumes: true, kept: stopped.kept });
    expect(requestSession(dropped, drop).kind).toBe('same');
  });

  it('is taken up by a stop that is under way, and by a start that nobody was asked for yet', () => {
    const ready = readySession(aSession(), 5_000);
    const stopping = asked(ready, { kind: 'stop', by: 'me', now: 6_000 });
    expect(asked(stopping, drop)).toMatchObject({ state: 'stopping', dropsVolumes: true });
    const requested = asked(stop(ready), { kind: 'start', by: 'me', now: 7_500 });
    expect(asked(requested, drop)).toMatchObject({ state: 'stopping', dropsVolumes: true });
    expect(asked(aSession(), drop)).toMatchObject({ state: 'stopped' });
  });

  it('counts until the next start', () => {
    const ready = readySession(aSession(), 5_000);
    const key = ready.launch?.key ?? null;
    const confirmed = { kind: 'stop_confirmed', key, dropped: true, now: 9_000 } as const;
    const dropped = sessionAfter(asked(ready, drop), confirmed);
    const again = readySession(asked(dropped, { kind: 'start', by: 'me', now: 10_000 }), 10_000);
    expect(again.dropsVolumes).toBe(false);
    expect(stop(again, 11_000).dropsVolumes).toBe(false);
  });
});

describe('an end', () => {
  it('of something that was never asked for is over at once', () => {
    expect(asked(aSession(), { kind: 'delete', by: 'me', now: 2_000 }).state).toBe('deleted');
  });

  it('takes up a handle that comes late, and is not confirmed before', () => {
    const deleting = asked(creating(), { kind: 'delete', by: 'me', now: 3_000 });
    const key = deleting.launch?.key ?? '';
    const known = sessionAfter(deleting, { kind: 'launched', key, handle: HANDLE, now: 4_000 });
    expect(known).toMatchObject({ state: 'deleting', launch: { handle: HANDLE } });
    expect(sessionAfter(known, { kind: 'end_confirmed', key, now: 5_000 }).state).toBe('deleted');
  });

  it('is not believed of another launch', () => {
    const ready = readySession(aSession(), 5_000);
    const fact = { kind: 'ended', key: 'old', reason: { kind: 'machine_gone' }, now: 6_000 } as const;
    expect(observeSession(ready, fact).kind).toBe('same');
  });

  it('by itself leads to a stop that shows why', () => {
    const ready = readySession(aSession(), 5_000);
    const reason = { kind: 'out_of_memory' } as const;
    const lost = sessionAfter(ready, { kind: 'ended', key: ready.launch?.key ?? '', reason, now: 6_000 });
    expect(lost).toMatchObject({ state: 'stopping', desired: 'stopped', failure: { reason } });
  });

  it('is an alarm when it is not confirmed in time', () => {
    const deleting = asked(readySession(aSession(), 5_000), { kind: 'delete', by: 'me', now: 6_000 });
    expect(alarmAt(deleting)).toBe(36_000);
    expect(alarmAt(readySession(aSession()))).toBeNull();
  });

  it('is followed by a new start where that was wished meanwhile', () => {
    const stopping = asked(readySession(aSession(), 5_000), { kind: 'stop', by: 'me', now: 6_000 });
    const wished = asked(stopping, { kind: 'start', by: 'me', now: 6_500 });
    const key = wished.launch?.key ?? null;
    expect(sessionAfter(wished, { kind: 'stop_confirmed', key, now: 7_000 })).toMatchObject({
      state: 'requested',
      kept: { v: 1 },
    });
  });
});

describe('time', () => {
  it('counts as idle from the last use on, and not while it is held', () => {
    const ready = readySession(aSession(), 5_000);
    expect(idleAt(ready)).toBe(305_000);
    const active = sessionAfter(ready, { kind: 'active', activity: { kind: 'traffic', at: 50_000 } });
    expect(idleAt(active)).toBe(350_000);
    expect(idleAt(active, { kind: 'run', at: 90_000 })).toBe(390_000);
    const hold = { until: 900_000, by: 'me', note: null };
    expect(idleAt(asked(active, { kind: 'hold', hold, now: 60_000 }))).toBe(900_000);
    const never = aSession({ spec: aSessionSpec({ limits: sessionLimits({ idleMs: null }) }) });
    expect(idleAt(readySession(never))).toBeNull();
  });

  it('ends nothing by a plan that was made before somebody extended, held or used it', () => {
    const ready = readySession(aSession(), 1_000);
    const until = (ready.endsAt ?? 0) + 60_000;
    const step = requestSession(ready, { kind: 'extend', until, by: 'k', now: ready.endsAt ?? 0 });
    if (step.kind !== 'next') throw new Error('it was refused');
    for (const kind of ['life_ended', 'idle'] as const)
      expect(observeSession(step.session, { kind, now: ready.endsAt ?? 0 })).toEqual({ kind: 'same' });
  });

  it('deletes what stays stopped, in two stages', () => {
    const idle = sessionAfter(readySession(aSession(), 5_000), { kind: 'idle', now: 305_000 });
    expect(idle).toMatchObject({ state: 'stopping', ending: { reason: { kind: 'idle', idleMs: 300_000 } } });
    const key = idle.launch?.key ?? null;
    const stopped = sessionAfter(idle, { kind: 'stop_confirmed', key, now: 306_000 });
    expect(unusedAt(stopped)).toBe(306_000 + 3_600_000);
    const unused = sessionAfter(stopped, { kind: 'unused', now: 4_000_000 });
    expect(unused).toMatchObject({ state: 'deleting', desired: 'deleted' });
  });

  it('lets it run longer for whoever extends it, and says who, but not for ever', () => {
    const ready = readySession(aSession(), 5_000);
    const extended = asked(ready, { kind: 'extend', until: 9_000_000, by: 'anna', now: 6_000 });
    expect(extended).toMatchObject({ endsAt: 9_000_000, extensions: [{ by: 'anna', endsAt: 9_000_000 }] });
    const year = { kind: 'extend', until: 31_536_000_000, by: 'anna', now: 6_000 } as const;
    expect(requestSession(ready, year)).toMatchObject({ kind: 'refused' });
  });

  it('wakes the reconciler for the first thing that is due', () => {
    expect(sessionWakeAt(readySession(aSession(), 5_000))).toBe(65_000);
    expect(sessionWakeAt(stop(readySession(aSession(), 5_000)))).toBe(7_000 + 3_600_000);
    expect(sessionWakeAt(aSession({ state: 'deleted' }))).toBeNull();
  });
});

describe('the tables', () => {
  const facts = Object.keys(SESSION_FACTS) as SessionFact['kind'][];
  const whole = readySession(aSession(), 5_000);
  const samples = SESSION_STATES.map((state): [SessionState, SessionRecord] => [state, { ...whole, state }]);

  it.each(samples)(
    'have an answer for every fact in %s, and never change a session that is over',
    (state, session) => {
      for (const kind of facts) {
        const step = observeSession(session, aFact(kind, session));
        if (state === 'deleted' || state === 'failed') expect(step.kind).toBe('same');
        else expect(['next', 'same']).toContain(step.kind);
      }
    },
  );

  it.each(samples)('have an answer for every wish in %s, and take a repeat of it', (_state, session) => {
    for (const kind of Object.keys(INTENTS) as SessionIntent['kind'][]) {
      const intent = aWish(kind);
      const step = requestSession(session, intent);
      if (step.kind !== 'next' || kind === 'extend') continue;
      expect(requestSession(step.session, intent).kind).toBe('same');
    }
  });

  it('leave no way to be over while the provider may have something', () => {
    for (const [, session] of samples) {
      const unknown = { ...session, launch: { ...launchOf(session), handle: null } };
      for (const kind of facts) {
        const step = observeSession(unknown, aFact(kind, unknown));
        if (step.kind !== 'next' || kind === 'never_launched') continue;
        expect(['deleted', 'failed', 'stopped']).not.toContain(step.session.state);
      }
    }
  });
});

function launchOf({ launch }: SessionRecord) {
  if (launch === null) throw new Error('the sample has one');
  return launch;
}

function aWish(kind: SessionIntent['kind']): SessionIntent {
  const hold = { until: 100_000, by: 'me', note: null };
  const share = { level: 'team' } as const;
  return { kind, by: 'me', now: 50_000, until: 9_000_000, hold, share };
}

function aFact(kind: SessionFact['kind'], session: SessionRecord): SessionFact {
  const needsKey = !['launching', 'call_failed', 'active', 'phase_timed_out'].includes(kind);
  const timed = ['lease_ended', 'life_ended', 'idle', 'unused'].includes(kind);
  const key = needsKey && !timed ? { key: session.launch?.key ?? null } : {};
  const about = {
    handle: HANDLE,
    text: 'x',
    why: 'x',
    ports: [],
    agent: null,
    reason: { kind: 'machine_gone' },
    leaseUntil: 900_000,
    error: 'transient',
    retryAfterMs: null,
    activity: { kind: 'run', at: 90_000 },
  };
  return { kind, now: 90_000, ...about, ...key } as unknown as SessionFact;
}
