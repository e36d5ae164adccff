import { observeRun, type RunRecord } from '@errand/core';
import { aRun, running } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { topics } from '../topics.ts';
import { changeRun } from './change-run.ts';

const ENDED = {
  kind: 'ended',
  token: 1,
  reason: { kind: 'exited', code: 0 },
  log: null,
  now: 2_000,
} as const;

/** What was told when a run that goes on ends, where the store answers so whether others may go now. */
async function end(release: () => Promise<boolean>) {
  const group = { id: 'group_1', atOnce: null, maxFailures: null };
  let run: RunRecord = running(aRun({ id: 'run_1', pool: 'lab', group }));
  const notifier = new LocalNotifier();
  const told: string[] = [];
  for (const topic of [
    topics.run('run_1'),
    topics.runEnd('run_1'),
    topics.group('group_1'),
    topics.pool('lab'),
  ])
    notifier.subscribe(topic, () => told.push(topic));
  notifier.subscribe(topics.runs, (id) => told.push(`${topics.runs} ${id}`));
  const runs = {
    get: async () => run,
    save: async (next: RunRecord) => ((run = next), 'saved' as const),
    release,
  };
  const changed = await changeRun({ runs, notifier }, 'run_1', (present) => observeRun(present, ENDED));
  return { state: changed?.run.state, told };
}

const ALL = [topics.run('run_1'), `${topics.runs} run_1`, topics.runEnd('run_1'), topics.group('group_1')];

it('tells whoever waits for a run of its end, and its pool only where another may go now', async () => {
  expect(await end(async () => false)).toEqual({ state: 'finished', told: ALL });
  expect(await end(async () => true)).toEqual({ state: 'finished', told: [...ALL, topics.pool('lab')] });
});

it('has ended a run although nobody could look who may go now', async () => {
  const broken = (): Promise<boolean> => Promise.reject(new Error('the disk does not answer'));
  expect(await end(broken)).toEqual({ state: 'finished', told: ALL });
});
