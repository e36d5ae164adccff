import type { JobFact } from '@errand/core';
import { aJob, fakeClock, jobAfter } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { LOCAL_ACTOR } from '../actor.ts';
import { changeJob } from './change-job.ts';
import { awaitJob, followJob } from './see-job.ts';

/** A queued job, and what changes it as the control plane does. */
function open() {
  const clock = fakeClock();
  const notifier = new LocalNotifier();
  let job = aJob({ id: 'job_1' });
  const jobs = {
    get: async () => job,
    byName: async () => null,
    save: async (next: typeof job) => ((job = next), 'saved' as const),
  };
  const parts = { jobs, notifier, clock };
  const waiting = { waitMs: 60_000, signal: new AbortController().signal };
  const asked = { actor: LOCAL_ACTOR, word: 'job_1' };
  const change = async (fact: JobFact) =>
    await changeJob(parts, 'job_1', (present) => ({ kind: 'next', job: jobAfter(present, fact) }));
  return {
    clock,
    change,
    finish: async () =>
      await changeJob(parts, 'job_1', (present) => ({
        kind: 'next',
        job: { ...present, state: 'finished' },
      })),
    wait: (waitMs = 60_000) => awaitJob(parts, asked, { ...waiting, waitMs }),
    follow: (after: number, waitMs = 60_000) => followJob(parts, { ...asked, after }, { ...waiting, waitMs }),
  };
}

const MADE = { kind: 'session_made', attempt: 1, sessionId: 'ses_1', now: 2_000 } as const;

it('says that a job has finished at once, not at the next look, and nothing of it before', async () => {
  const { clock, wait, change, finish } = open();
  let answered = false;
  const waited = wait().finally(() => (answered = true));
  await clock.advance(0);
  await change(MADE);
  await clock.advance(0);
  expect(answered).toBe(false);
  await finish();
  await clock.advance(0);
  expect([clock.sleeping, (await waited).state]).toEqual([0, 'finished']);
});

it('says how a job is when the time is up', async () => {
  const { clock, wait, follow } = open();
  const [waited, followed] = [wait(10), follow(99, 10)];
  await clock.advance(0);
  await clock.advance(10);
  expect((await waited).state).toBe('queued');
  expect(await followed).toMatchObject({ job: { state: 'queued' }, events: [] });
});

it('tells what happened after an event, each once, and ends with the job', async () => {
  const { clock, change, finish, follow } = open();
  const { events: first } = await follow(-1);
  const last = first.at(-1)?.seq ?? -1;
  const next = follow(last);
  await clock.advance(0);
  await change(MADE);
  await clock.advance(0);
  const { events } = await next;
  expect(events.map(({ seq }) => seq)).toEqual([last + 1]);
  await finish();
  expect(await follow(last + 1)).toMatchObject({ job: { state: 'finished' }, events: [] });
});
