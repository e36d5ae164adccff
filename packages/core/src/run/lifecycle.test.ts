import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aSpec } from '../testing/builders.ts';
import type { EndReason } from '../vocabulary/end-reason.ts';
import { RUN_STATES } from '../vocabulary/run-state.ts';
import { createRun } from './create.ts';
import type { RunStep } from './lifecycle.ts';
import { observeRun, type RunFact } from './observe.ts';
import type { RunRecord, RunSpec } from './record.ts';
import { type RunIntent, requestRun } from './request.ts';
import { statusOf } from './status.ts';

function newRun(spec: Partial<RunSpec> = {}): RunRecord {
  const about = {
    id: 'run_1',
    owner: 'acme',
    createdBy: 'key_1',
    name: null,
    tags: [],
    pool: 'lab',
    agentId: null,
    labels: {},
    concurrency: null,
    group: null,
  };
  return createRun({ ...about, priority: 0, spec: aSpec(spec) }, 0);
}

const LEASED = { kind: 'leased', agentId: 'agent_1', leaseMs: 30, lostAfterMs: 300, now: 1 } as const;
const EXITED: EndReason = { kind: 'exited', code: 0 };

function after(run: RunRecord, ...facts: readonly RunFact[]): RunRecord {
  return facts.reduce((present, fact) => nextOf(observeRun(present, fact)) ?? present, run);
}

function nextOf(step: RunStep): RunRecord | undefined {
  return step.kind === 'next' ? step.run : undefined;
}

const running = (spec: Partial<RunSpec> = {}): RunRecord =>
  after(
    newRun(spec),
    LEASED,
    { kind: 'starting', token: 1, claimant: 'c', now: 2 },
    { kind: 'started', token: 1, at: 3 },
  );

describe('the life of a run', () => {
  test('goes from the queue through one attempt to its end', () => {
    const run = after(running(), { kind: 'ended', token: 1, reason: EXITED, log: null, now: 9 });
    expect([run.state, statusOf(run), run.token, run.end?.at]).toEqual(['finished', 'succeeded', 1, 9]);
  });

  test('a second agent cannot lease what the first one holds', () => {
    expect(observeRun(after(newRun(), LEASED), { ...LEASED, agentId: 'agent_2' }).kind).toBe('superseded');
  });

  test('a lease that ends before the start goes back to the queue at no cost', () => {
    const run = after(newRun(), LEASED, { kind: 'lease_ended', token: 1, now: 40 });
    expect([run.state, run.executed, run.queuedAt]).toEqual(['queued', 0, 0]);
  });

  test('an agent that comes too late is refused at the door', () => {
    const run = after(newRun(), LEASED, { kind: 'lease_ended', token: 1, now: 40 }, { ...LEASED, now: 41 });
    expect(run.token).toBe(2);
    expect(observeRun(run, { kind: 'starting', token: 1, claimant: 'c', now: 42 }).kind).toBe('superseded');
  });

  test('a session that was made for the attempt before gets nothing of the next one', () => {
    const run = after(newRun(), LEASED, { kind: 'lease_ended', token: 1, now: 40 }, { ...LEASED, now: 41 });
    const late = {
      kind: 'placed',
      token: 1,
      session: 'ses_1',
      agentId: 'agent_2',
      leaseMs: 30,
      now: 42,
    } as const;
    expect(observeRun(run, late).kind).toBe('superseded');
    expect(after(run, { ...late, token: 2 }).attempt).toMatchObject({ session: 'ses_1', agentId: 'agent_2' });
  });

  test('a lease that ends after the start changes nothing by itself', () => {
    expect(observeRun(running(), { kind: 'lease_ended', token: 1, now: 99 }).kind).toBe('same');
  });

  test('an attempt acknowledged but never executed goes back to the queue at no cost', () => {
    const started = after(newRun(), LEASED, { kind: 'starting', token: 1, claimant: 'c', now: 2 });
    const run = after(started, { kind: 'not_executed', token: 1, now: 5 });
    expect([run.state, run.executed]).toEqual(['queued', 0]);
  });

  test('what was seen running was executed, whatever is said later', () => {
    expect(observeRun(running(), { kind: 'not_executed', token: 1, now: 5 }).kind).toBe('same');
  });

  test('a silent agent makes the run unreachable, a call of it brings it back', () => {
    const silent = after(running(), { kind: 'agent_silent', token: 1, now: 50 });
    expect(statusOf(silent)).toBe('unreachable');
    expect(statusOf(after(silent, { kind: 'renewed', token: 1, leaseMs: 30, now: 60 }))).toBe('running');
  });

  test('an agent whose connection closed is missed sooner, unless it comes back', () => {
    const cut = after(running(), { kind: 'disconnected', token: 1, leftMs: 10, now: 5 });
    expect(cut.attempt?.leaseExpiresAt).toBe(15);
    expect(after(cut, { kind: 'renewed', token: 1, leaseMs: 30, now: 8 }).attempt?.leaseExpiresAt).toBe(38);
    expect(observeRun(cut, { kind: 'disconnected', token: 1, leftMs: 10, now: 6 }).kind).toBe('same');
  });

  test('the true end of a lost run amends its record and says so', () => {
    const lost = after(running(), { kind: 'agent_gone', token: 1, how: 'lost', now: 400 });
    expect(statusOf(lost)).toBe('lost');
    const run = after(lost, { kind: 'ended', token: 1, reason: EXITED, log: null, now: 500 });
    expect([statusOf(run), run.end?.amendedAt, run.end?.at]).toEqual(['succeeded', 500, 400]);
  });

  test('a true end that arrives after the next attempt began is kept as superseded and counts for nothing', () => {
    const retry = { retry: { attempts: 2, on: ['lost'], backoffMs: 0 } } as const;
    const lost = after(running(retry), { kind: 'agent_gone', token: 1, how: 'lost', now: 400 });
    const run = after(lost, LEASED, { kind: 'ended', token: 1, reason: EXITED, log: null, now: 500 });
    expect([run.state, run.token, run.past[0]?.superseded]).toEqual(['leased', 2, EXITED]);
  });

  test('a true end that arrives between two attempts is kept too', () => {
    const retry = { retry: { attempts: 2, on: ['lost'], backoffMs: 0 } } as const;
    const lost = after(running(retry), { kind: 'agent_gone', token: 1, how: 'lost', now: 400 });
    const end: RunFact = { kind: 'ended', token: 1, reason: EXITED, log: null, now: 500 };
    expect(after(lost, end)).toMatchObject({ state: 'queued', past: [{ superseded: EXITED }] });
    const cancel = { kind: 'cancel', signal: 'TERM', kill: false, now: 450 } as const;
    const canceled = nextOf(requestRun(lost, cancel)) ?? lost;
    expect(after(canceled, end)).toMatchObject({ state: 'finished', past: [{ superseded: EXITED }] });
  });

  test('a repeated end changes nothing', () => {
    const end: RunFact = { kind: 'ended', token: 1, reason: EXITED, log: null, now: 9 };
    expect(observeRun(after(running(), end), { ...end, reason: { kind: 'exited', code: 1 } }).kind).toBe(
      'same',
    );
  });

  test('is tried again only if its owner asked for this cause, and not more often than asked', () => {
    const failed: RunFact = {
      kind: 'ended',
      token: 1,
      reason: { kind: 'exited', code: 1 },
      log: null,
      now: 9,
    };
    expect(after(running(), failed).state).toBe('finished');
    expect(after(running({ retry: { attempts: 3, on: ['lost'], backoffMs: 5 } }), failed).state).toBe(
      'finished',
    );
    const again = after(running({ retry: { attempts: 2, on: ['failed'], backoffMs: 5 } }), failed);
    expect([again.state, again.notBefore]).toEqual(['queued', 14]);
    const second = after(
      again,
      LEASED,
      { kind: 'starting', token: 2, claimant: 'c', now: 20 },
      { ...failed, token: 2 },
    );
    expect(second.state).toBe('finished');
  });
});

describe('canceling', () => {
  const cancel = { kind: 'cancel', signal: 'TERM', kill: false, now: 7 } as const;

  test('ends what was not started at once, and the agent that holds it is refused', () => {
    const run = nextOf(requestRun(after(newRun(), LEASED), cancel)) ?? newRun();
    expect(statusOf(run)).toBe('canceled');
    expect(observeRun(run, { kind: 'starting', token: 1, claimant: 'c', now: 8 }).kind).toBe('superseded');
  });

  test('of a running command is over only when the agent says that its tree is gone', () => {
    const run = nextOf(requestRun(running(), cancel)) ?? newRun();
    expect(statusOf(run)).toBe('canceling');
    const ended = after(run, { kind: 'ended', token: 1, reason: { kind: 'canceled' }, log: null, now: 9 });
    expect(statusOf(ended)).toBe('canceled');
  });

  test('may be hurried but not slowed down', () => {
    const run = nextOf(requestRun(running(), { ...cancel, kill: true })) ?? newRun();
    expect(requestRun(run, cancel).kind).toBe('same');
  });

  test('a canceled run is not tried again', () => {
    const retry = { retry: { attempts: 5, on: ['failed'], backoffMs: 0 } } as const;
    const run = nextOf(requestRun(running(retry), cancel)) ?? newRun();
    const ended = after(run, {
      kind: 'ended',
      token: 1,
      reason: { kind: 'signaled', signal: 15 },
      log: null,
      now: 9,
    });
    expect(ended.state).toBe('finished');
  });
});

describe('canceling a run of which an earlier attempt was lost', () => {
  const cancel = { kind: 'cancel', signal: 'TERM', kill: false, now: 500 } as const;
  const retry = { retry: { attempts: 2, on: ['lost'], backoffMs: 0 } } as const;
  const lost = after(running(retry), { kind: 'agent_gone', token: 1, how: 'lost', now: 400 });

  test('cannot prove that no process is left', () => {
    expect(nextOf(requestRun(lost, cancel))?.end?.reason).toEqual({ kind: 'canceled_unproven', left: -1 });
  });

  test('can, once the true end of that attempt is known', () => {
    const known = after(lost, LEASED, { kind: 'ended', token: 1, reason: EXITED, log: null, now: 450 });
    expect(nextOf(requestRun(known, cancel))?.end?.reason).toEqual({ kind: 'canceled' });
  });
});

describe('retrying by hand', () => {
  test('makes a new attempt of the same run and keeps the old one', () => {
    const run =
      nextOf(requestRun(after(running(), endedBy(EXITED)), { kind: 'retry', endedAt: null, now: 50 })) ??
      newRun();
    expect([run.state, run.past.length, run.past[0]?.reason]).toEqual(['queued', 1, EXITED]);
  });

  test('keeps when the old one began, also where it was over before anybody said so', () => {
    const short = after(
      newRun(),
      LEASED,
      { kind: 'starting', token: 1, claimant: 'c', now: 2 },
      endedBy(EXITED),
    );
    const run = nextOf(requestRun(short, { kind: 'retry', endedAt: null, now: 50 }));
    expect(run?.past[0]?.startedAt).toBe(2);
  });

  test('repeated after a lost answer changes nothing, also when the run has ended again', () => {
    const first = after(running(), endedBy(EXITED));
    const wish = { kind: 'retry', endedAt: first.end?.at ?? 0, now: 50 } as const;
    const queued = nextOf(requestRun(first, wish)) ?? newRun();
    expect([queued.state, requestRun(queued, wish).kind]).toEqual(['queued', 'same']);
    const canceled =
      nextOf(requestRun(queued, { kind: 'cancel', signal: 'TERM', kill: false, now: 60 })) ?? newRun();
    expect([canceled.state, requestRun(canceled, wish).kind]).toEqual(['finished', 'same']);
  });

  test('is refused before the end, and for what inherited its environment from a command line', () => {
    expect(requestRun(running(), { kind: 'retry', endedAt: null, now: 5 }).kind).toBe('refused');
    const run = after(running({ caller: true }), endedBy(EXITED));
    expect(requestRun(run, { kind: 'retry', endedAt: null, now: 5 }).kind).toBe('refused');
  });
});

function endedBy(reason: EndReason): RunFact {
  return { kind: 'ended', token: 1, reason, log: null, now: 9 };
}

describe('whatever happens, in whatever order', () => {
  const token = fc.integer({ min: 1, max: 4 });
  const now = fc.integer({ min: 0, max: 1_000 });
  const reason: fc.Arbitrary<EndReason> = fc.constantFrom<EndReason[]>(
    EXITED,
    { kind: 'signaled', signal: 9 },
    { kind: 'lost' },
    { kind: 'canceled' },
  );
  const fact: fc.Arbitrary<RunFact> = fc.oneof(
    fc.record({
      kind: fc.constant('leased'),
      agentId: fc.constantFrom('a', 'b'),
      leaseMs: now,
      lostAfterMs: now,
      now,
    }),
    fc.record({ kind: fc.constant('renewed'), token, leaseMs: now, now }),
    fc.record({ kind: fc.constant('disconnected'), token, leftMs: now, now }),
    fc.record({ kind: fc.constant('starting'), token, claimant: fc.constantFrom('c', null), now }),
    fc.record({ kind: fc.constant('started'), token, at: now }),
    fc.record({ kind: fc.constant('ended'), token, reason, log: fc.constant(null), now }),
    fc.record({ kind: fc.constant('not_executed'), token, now }),
    fc.record({ kind: fc.constant('lease_ended'), token, now }),
    fc.record({ kind: fc.constant('agent_silent'), token, now }),
    fc.record({
      kind: fc.constant('agent_gone'),
      token,
      how: fc.constantFrom('lost', 'revoked', 'machine_gone', 'out_of_memory', 'time_over'),
      now,
    }),
    fc.record({ kind: fc.constant('queue_timed_out'), now }),
  );
  const intent: fc.Arbitrary<RunIntent> = fc.oneof(
    fc.record({ kind: fc.constant('cancel'), signal: fc.constant('TERM'), kill: fc.boolean(), now }),
    fc.record({ kind: fc.constant('retry'), endedAt: fc.option(now), now }),
    fc.record({ kind: fc.constant('close_input'), bytes: now }),
  );

  test('tokens only rise, versions rise by one, and a record stays consistent', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fact, intent), { maxLength: 40 }), fc.boolean(), (events, caller) => {
        let run = newRun({ caller, retry: { attempts: 3, on: ['failed', 'lost'], backoffMs: 1 } });
        for (const event of events) {
          const step = isIntent(event) ? requestRun(run, event) : observeRun(run, event);
          if (step.kind !== 'next') continue;
          expect(step.run.version).toBe(run.version + 1);
          expect(step.run.token).toBeGreaterThanOrEqual(run.token);
          expect(RUN_STATES).toContain(step.run.state);
          expect(step.run.state === 'finished').toBe(step.run.end !== null);
          if (step.run.state === 'running' || step.run.state === 'leased')
            expect(step.run.attempt?.token).toBe(step.run.token);
          if (step.run.state === 'queued') expect(step.run.attempt).toBeNull();
          run = step.run;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function isIntent(event: RunFact | RunIntent): event is RunIntent {
  return event.kind === 'cancel' || event.kind === 'retry' || event.kind === 'close_input';
}
