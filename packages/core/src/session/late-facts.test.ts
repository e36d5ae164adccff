import { describe, expect, it } from 'vitest';
import { aSession, readySession, sessionAfter } from '../testing/builders.ts';
import { LIMITS } from '../vocabulary/limits.ts';
import type { SessionState } from '../vocabulary/session-state.ts';
import { observeSession, type SessionFact } from './observe.ts';
import type { SessionRecord } from './record.ts';
import { requestSession, type SessionIntent } from './request.ts';

const creating = sessionAfter(aSession(), { kind: 'launching', now: 2_000 });
const key = creating.launch?.key ?? '';
const starting = sessionAfter(creating, { kind: 'runs', key, ports: [], agent: null, now: 3_000 });
const ready = readySession(aSession(), 5_000);

function asked(session: SessionRecord, intent: SessionIntent): SessionRecord {
  const step = requestSession(session, intent);
  if (step.kind !== 'next') throw new Error(`${intent.kind} of a ${session.state} session is ${step.kind}`);
  return step.session;
}

function keyOf({ launch }: SessionRecord): string {
  return launch?.key ?? '';
}

describe('what is wanted', () => {
  const runs: readonly SessionState[] = ['creating', 'starting', 'ready'];
  const exists: readonly SessionState[] = [...runs, 'stopping', 'stopped'];

  it.each(runs)('a stop of what is %s is begun', (state) => {
    const stopping = asked({ ...ready, state }, { kind: 'stop', by: 'me', now: 6_000 });
    expect(stopping).toMatchObject({ state: 'stopping', desired: 'stopped', launch: ready.launch });
  });

  it.each(exists)('a deletion of what is %s is begun', (state) => {
    const deleting = asked({ ...ready, state }, { kind: 'delete', by: 'me', now: 6_000 });
    expect(deleting).toMatchObject({ state: 'deleting', desired: 'deleted', launch: ready.launch });
  });

  it('a stop takes back the wish to start again afterwards', () => {
    const wishes = ['stop', 'start', 'stop'] as const;
    const stopping = wishes.reduce((session, kind) => asked(session, { kind, by: 'me', now: 6_000 }), ready);
    const confirmed = { kind: 'stop_confirmed', key: keyOf(ready), now: 7_000 } as const;
    expect(sessionAfter(stopping, confirmed).state).toBe('stopped');
  });

  it('an extension never lets it end earlier, and many of them not later than one', () => {
    const extend = (session: SessionRecord, until: number, now: number) =>
      requestSession(session, { kind: 'extend', until, by: 'me', now });
    expect(extend(ready, 10_000, 6_000)).toMatchObject({ session: { endsAt: ready.endsAt } });
    const latest = 5_000 + LIMITS.sessionLifeMs;
    expect(extend(ready, latest, latest - 1_000)).toMatchObject({ session: { endsAt: latest } });
    expect(extend(ready, latest + 1, latest - 1_000).kind).toBe('refused');
  });
});

describe('what is seen', () => {
  it.each([
    ['creating', creating, 'deleting'],
    ['starting', starting, 'deleting'],
    ['ready', ready, 'stopping'],
  ] as const)('an end by itself while it is %s', (_state, session, state) => {
    const reason = { kind: 'machine_gone' } as const;
    const ended = sessionAfter(session, { kind: 'ended', key: keyOf(session), reason, now: 9_000 });
    expect(ended).toMatchObject({ state, failure: { reason } });
  });

  it('other addresses of what is ready', () => {
    const ports = [{ port: 80, host: '192.0.2.9', outerPort: 80 }];
    const moved = sessionAfter(ready, { kind: 'runs', key: keyOf(ready), ports, agent: null, now: 9_000 });
    expect(moved).toMatchObject({ state: 'ready', ports });
  });

  it.each([
    ['capacity', 'creating'],
    ['transient', 'creating'],
    ['quota', 'deleting'],
    ['auth', 'deleting'],
    ['config', 'deleting'],
  ] as const)(
    'a failed call (%s): a launch is %s then, and nothing that was made is ended by it',
    (error, state) => {
      const failed = { kind: 'call_failed', error, why: 'no', retryAfterMs: null, now: 6_000 } as const;
      expect(sessionAfter(creating, failed).state).toBe(state);
      for (const session of [starting, ready])
        expect(sessionAfter(session, failed).state).toBe(session.state);
    },
  );

  it('a provider that comes back is asked again within a minute, however often it failed', () => {
    const failed = {
      kind: 'call_failed',
      error: 'transient',
      why: 'no',
      retryAfterMs: null,
      now: 6_000,
    } as const;
    const often = sessionAfter(ready, ...Array.from({ length: 30 }, () => failed));
    expect(often.trouble).toMatchObject({ count: 30, notBefore: 66_000 });
  });
});

describe('what is not believed', () => {
  const handle = { v: 1, data: { machine: 'another' } };
  const ending = (['stop', 'delete'] as const).map((kind) => asked(ready, { kind, by: 'me', now: 6_000 }));
  const unknown = (['stop', 'delete'] as const).map((kind) =>
    asked(creating, { kind, by: 'me', now: 6_000 }),
  );

  it.each<readonly [string, readonly SessionRecord[], (launch: string) => SessionFact]>([
    [
      'a second handle of one launch',
      ending,
      (launch) => ({ kind: 'launched', key: launch, handle, now: 9_000 }),
    ],
    [
      'that nothing was made of which there is a handle',
      ending,
      (launch) => ({ kind: 'never_launched', key: launch, now: 9_000 }),
    ],
    [
      'a stop of nobody knows what',
      unknown,
      (launch) => ({ kind: 'stop_confirmed', key: launch, now: 9_000 }),
    ],
    [
      'an end of nobody knows what',
      unknown,
      (launch) => ({ kind: 'end_confirmed', key: launch, now: 9_000 }),
    ],
    [
      'use from before the last',
      [ready],
      () => ({ kind: 'active', activity: { kind: 'traffic', at: 4_999 } }),
    ],
  ])('%s', (_what, sessions, fact) => {
    for (const session of sessions) expect(observeSession(session, fact(keyOf(session))).kind).toBe('same');
  });
});
