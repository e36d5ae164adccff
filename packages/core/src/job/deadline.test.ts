import { describe, expect, it } from 'vitest';
import { aJob, aJobSpec, anOutput, commandEnded, jobAfter } from '../testing/job-builders.ts';
import { TEAR_DOWN_MS } from './attempt.ts';
import { attemptDeadline, jobWakeAt, tearDownDeadline } from './deadline.ts';
import type { JobRecord } from './record.ts';

const SPEC = aJobSpec({ timeoutMs: 60_000, deadlineMs: 100_000, outputs: [anOutput()] });
const queued = aJob({ spec: SPEC, createdAt: 0 });
const made = { kind: 'session_made', attempt: 1, sessionId: 'ses_1', now: 10_000 } as const;
const provisioning = jobAfter(queued, made);
const running = jobAfter(provisioning, { kind: 'session_ready', attempt: 1, before: [null], now: 30_000 });
const checking = commandEnded(commandEnded(running, 0, 40_000), 0, 50_000);
const over = commandEnded(running, 3, 40_000);
const ACTIVE = [provisioning, running, checking] as const;

function troubled(job: JobRecord, now: number, retryAfterMs: number): JobRecord {
  return jobAfter(job, { kind: 'troubled', error: 'transient', why: 'down', retryAfterMs, now });
}

describe('the limit of an attempt', () => {
  it('runs from the asking for its session on: while that is made, while commands run, while outputs are awaited', () => {
    expect(ACTIVE.map(attemptDeadline)).toEqual([70_000, 70_000, 70_000]);
    expect([queued, over].map(attemptDeadline)).toEqual([null, null]);
  });
});

describe('the limit of a tear-down', () => {
  it('is the deadline of the job, or some minutes where that is near or has passed', () => {
    expect(TEAR_DOWN_MS).toBeGreaterThanOrEqual(60_000);
    expect(tearDownDeadline(over)).toBe(40_000 + TEAR_DOWN_MS);
    expect(tearDownDeadline({ ...over, deadline: 9_000_000 })).toBe(9_000_000);
    expect(ACTIVE.map(tearDownDeadline)).toEqual([null, null, null]);
  });
});

describe('a job is looked at', () => {
  it('all the time while something of it is under way', () => {
    for (const job of [...ACTIVE, over]) expect(jobWakeAt(job)).toBe(job.since);
  });

  it('when its next attempt may begin, and not later than its deadline', () => {
    expect(jobWakeAt(queued)).toBe(0);
    const waiting = { ...queued, state: 'waiting', notBefore: 90_000 } as const;
    expect(jobWakeAt(waiting)).toBe(90_000);
    expect(jobWakeAt({ ...waiting, notBefore: 200_000 })).toBe(100_000);
    expect(jobWakeAt(troubled(queued, 5_000, 20_000))).toBe(25_000);
    expect(jobWakeAt(troubled(queued, 5_000, 200_000))).toBe(100_000);
  });

  it('when trouble may be over, and not later than a limit of its attempt or its tear-down', () => {
    for (const job of ACTIVE) {
      expect(jobWakeAt(troubled(job, 55_000, 5_000))).toBe(60_000);
      expect(jobWakeAt(troubled(job, 55_000, 600_000))).toBe(70_000);
    }
    const late = { ...running, deadline: 65_000 };
    expect(jobWakeAt(troubled(late, 55_000, 600_000))).toBe(65_000);
    const alarm = { ...over, deadline: 9_000_000, since: 8_990_000 };
    expect(jobWakeAt(troubled(alarm, 8_999_000, 600_000))).toBeLessThanOrEqual(9_000_000);
  });
});
