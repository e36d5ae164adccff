import { describe, expect, it } from 'vitest';
import { aRun, aSpec, leased, observed, requested, running } from '../testing/builders.ts';
import type { EndReason } from '../vocabulary/end-reason.ts';
import type { LogEnd } from '../vocabulary/log-end.ts';
import { observeRun, type RunFact } from './observe.ts';
import type { RunRecord, RunSpec } from './record.ts';
import { requestRun } from './request.ts';
import { statusOf } from './status.ts';

const FAILED: EndReason = { kind: 'exited', code: 1 };
const LOG: LogEnd = { bytes: 7, sha256: 'hash', truncated: null };
const CANCEL = { kind: 'cancel', signal: 'TERM', kill: false, now: 5_000 } as const;
const AGAIN: Partial<RunSpec> = { retry: { attempts: 3, on: ['failed', 'lost'], backoffMs: 500 } };

const made = (spec: Partial<RunSpec> = {}) => aRun({ createdAt: 0, spec: aSpec(spec) });
const endOf = (token: number, change: Partial<Extract<RunFact, { kind: 'ended' }>> = {}): RunFact => ({
  kind: 'ended',
  token,
  reason: FAILED,
  log: LOG,
  now: 9_000,
  ...change,
});
const gone = (token: number, how: 'lost' | 'machine_gone' | 'time_over' = 'lost'): RunFact => ({
  kind: 'agent_gone',
  token,
  how,
  now: 8_000,
});
const said = (run: RunRecord, fact: RunFact) => observeRun(run, fact).kind;

describe('the lease of an attempt', () => {
  const renewed = (now: number) => ({ kind: 'renewed', token: 1, leaseMs: 30_000, now }) as const;

  it('is written anew once half of it is used up, and not before', () => {
    expect(said(running(made()), renewed(14_999))).toBe('same');
    expect(observed(running(made()), renewed(15_000)).attempt?.leaseExpiresAt).toBe(45_000);
  });

  it('is shortened where a clock that was set back lets it end too late', () => {
    expect(observed(running(made()), renewed(-50_000)).attempt?.leaseExpiresAt).toBe(-20_000);
  });

  it('is renewed by the first call after a silence, however fresh it is', () => {
    const silent = observed(running(made()), { kind: 'agent_silent', token: 1, now: 1_000 });
    expect(observed(silent, renewed(1_001)).attempt?.unreachableAt).toBeNull();
    expect(observed(running(made()), { kind: 'agent_silent', token: 1, now: 1_000 }).state).toBe('running');
  });

  it('is not lost later because the silence was noticed twice', () => {
    const silent = observed(running(made()), { kind: 'agent_silent', token: 1, now: 1_000 });
    expect(said(silent, { kind: 'agent_silent', token: 1, now: 2_000 })).toBe('same');
  });

  it('is as good as renewed where its agent says that the command began', () => {
    const held = leased(made());
    const open = observed(held, { kind: 'starting', token: 1, claimant: 'c', now: 1 });
    const silent = observed(open, { kind: 'agent_silent', token: 1, now: 31_000 });
    expect(statusOf(observed(silent, { kind: 'started', token: 1, at: 2 }))).toBe('running');
  });
});

describe('an attempt in front of the door', () => {
  it('goes back at no cost when its agent never had it executed, or is gone', () => {
    for (const fact of [{ kind: 'not_executed', token: 1, now: 9 }, gone(1)] as const)
      expect(observed(leased(made()), fact)).toMatchObject({ state: 'queued', executed: 0, end: null });
  });

  it('keeps how often the run was executed before', () => {
    const second = leased(observed(running(made(AGAIN)), endOf(1)));
    expect(observed(second, { kind: 'lease_ended', token: 2, now: 50_000 }).executed).toBe(1);
  });

  it('is beyond the time-out of the queue, as one behind it is', () => {
    for (const run of [leased(made()), running(made())])
      expect(said(run, { kind: 'queue_timed_out', now: 99_000 })).toBe('same');
  });

  it('ends the run that only its command line could have executed', () => {
    const run = observed(leased(made({ caller: true })), { kind: 'lease_ended', token: 1, now: 50_000 });
    expect(run.end?.reason).toMatchObject({ kind: 'spawn_failed', errno: 'ECANCELED' });
  });

  it('waits for a session to be possible, and says why it was not', () => {
    const why = 'there are too many';
    const fact = { kind: 'not_placed', token: 1, why, again: 70_000, now: 9 } as const;
    const later = observed(leased(made()), fact);
    expect(later).toMatchObject({ state: 'queued', notBefore: 70_000, notPlaced: why, executed: 0 });
    expect(leased(later).notPlaced).toBeUndefined();
    expect(observed(leased(made()), { ...fact, again: null }).end?.reason).toEqual({ kind: 'refused', why });
  });

  it('is behind it for good: a session that comes late, or cannot be made, moves nothing', () => {
    const placed = { kind: 'placed', session: 'ses_1', agentId: 'b', leaseMs: 9, now: 9 } as const;
    expect(said(running(made()), { ...placed, token: 1 })).toBe('same');
    const fact = { kind: 'not_placed', token: 1, why: 'no', again: null, now: 9 } as const;
    expect(said(running(made()), fact)).toBe('same');
  });
});

describe('the end of an attempt', () => {
  it('keeps its log, of the run as of the attempts before', () => {
    const again = observed(running(made(AGAIN)), endOf(1));
    expect(again.past[0]?.log).toEqual(LOG);
    const over = observed(running(made()), endOf(1));
    expect(over.end?.log).toEqual(LOG);
    const byHand = requested(over, { kind: 'retry', endedAt: 9_000, now: 9_500 });
    expect(byHand.past[0]).toMatchObject({ log: LOG, reason: FAILED });
  });

  it('gives the next one the whole time in the queue, counted from its back-off on', () => {
    const again = observed(running(made({ ...AGAIN, queueTimeoutMs: 60_000 })), endOf(1));
    expect(again).toMatchObject({ notBefore: 9_500, queueDeadline: 69_500, queuedAt: 9_000 });
  });

  it('is that of the run where a command line executed it, whatever retries were asked for', () => {
    expect(observed(running(made({ ...AGAIN, caller: true })), endOf(1)).state).toBe('finished');
  });

  it('is out of time where its machine was', () => {
    const run = observed(running(made()), gone(1, 'time_over'));
    expect(run.end?.reason).toEqual({ kind: 'timed_out', phase: 'machine' });
  });
});

describe('a true end that comes late', () => {
  it.each(['lost', 'machine_gone'] as const)('takes the place of %s, with its log and its result', (how) => {
    const guessed = observed(running(made()), gone(1, how));
    const result = { kind: 'invalid', why: 'no number' } as const;
    const run = observed(guessed, endOf(1, { reason: { kind: 'exited', code: 0 }, result }));
    const reason = { kind: 'result_invalid', why: 'no number' };
    expect(run.end).toMatchObject({ reason, log: LOG, amendedAt: 9_000, result });
  });

  it('is none where the agent does not know it either', () => {
    const lost = observed(running(made()), gone(1));
    expect(said(lost, endOf(1, { reason: { kind: 'lost' }, log: null }))).toBe('same');
  });

  it('is written down once, and beside a guess only', () => {
    const next = leased(observed(running(made(AGAIN)), gone(1)));
    const known = observed(next, endOf(1));
    expect(known.past[0]?.superseded).toEqual(FAILED);
    expect(said(known, endOf(1, { reason: { kind: 'exited', code: 2 } }))).toBe('superseded');
    expect(said(leased(observed(running(made(AGAIN)), endOf(1))), endOf(1))).toBe('superseded');
  });
});

describe('a cancel', () => {
  it('is hurried by a later one, told to the agent at once, and stays as old as the first', () => {
    const asked = requested(running(made()), CANCEL);
    const step = requestRun(asked, { ...CANCEL, kill: true, now: 6_000 });
    expect(step).toMatchObject({
      run: { cancel: { at: 5_000, kill: true } },
      actions: [{ kind: 'tell_agent', agentId: 'agent_1' }],
    });
    expect(requestRun(asked, CANCEL).kind).toBe('same');
  });

  it('is over with the attempt that it ended: the next one by hand is not canceled', () => {
    const canceled = requested(running(made()), CANCEL);
    const over = observed(canceled, endOf(1, { reason: { kind: 'canceled' } }));
    const again = running(requested(over, { kind: 'retry', endedAt: null, now: 10_000 }));
    expect([again.cancel, statusOf(again)]).toEqual([null, 'running']);
  });
});

it('takes the first word on where standard input ends', () => {
  const closed = requested(made({ stdin: 'stream' }), { kind: 'close_input', bytes: 10 });
  expect(requestRun(closed, { kind: 'close_input', bytes: 4 }).kind).toBe('same');
});
