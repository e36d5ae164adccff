import type { Session } from '@errand/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPlane, type TestPlane } from '../../../test/plane.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { randomIds } from '../../system/random-ids.ts';
import { systemClock } from '../../system/system-clock.ts';
import { topics } from '../topics.ts';
import { isMain, MainRuns } from './main-runs.ts';

const AGENT = { id: 'agent_1', pool: 'lab' };

let plane: TestPlane;
let notifier: LocalNotifier;
beforeEach(async () => {
  plane = await openPlane();
  notifier = new LocalNotifier();
});
afterEach(() => plane[Symbol.asyncDispose]());

function open(): MainRuns {
  const { sessions, runs } = plane.services.store;
  return new MainRuns({ sessions, runs, notifier, clock: systemClock, ids: randomIds });
}

async function create(more: object): Promise<string> {
  const body = { provider: 'fake', ...more };
  const made = await plane.ask('POST', '/v1/sessions', { key: plane.admin, body });
  return ((await made.json()) as Session).id;
}

async function mainRuns(): Promise<readonly string[]> {
  const { runs } = plane.services.store;
  const all = await runs.list({}, { limit: 10, after: null });
  return all.filter(isMain).map(({ id }) => id);
}

it('a command of a session runs once for each launch, whoever asks and how often', async () => {
  const session = await create({ command: ['serve'] });
  const first = open();
  expect(await first.ensure(session, `${session}-1`, AGENT)).toEqual({ end: null });
  await first.ensure(session, `${session}-1`, AGENT);
  await open().ensure(session, `${session}-1`, AGENT);
  expect(await mainRuns()).toHaveLength(1);
  await first.ensure(session, `${session}-2`, AGENT);
  expect(await mainRuns()).toHaveLength(2);
});

it('the end of a command of a session is told to whoever looks after that session, once', async () => {
  const session = await create({ command: ['serve'] });
  await open().ensure(session, `${session}-1`, AGENT);
  const heard: string[] = [];
  notifier.subscribe(topics.sessions, (id = '') => heard.push(id));
  const [run = ''] = await mainRuns();
  notifier.pulse(topics.runEnd(run));
  notifier.pulse(topics.runEnd(run));
  expect(heard).toEqual([session]);
});

it('a session without a command has no such run, and one that is not there is an error', async () => {
  const session = await create({});
  expect(await open().ensure(session, `${session}-1`, AGENT)).toEqual({ end: null });
  expect(await mainRuns()).toEqual([]);
  await expect(open().ensure('ses_none', 'ses_none-1', AGENT)).rejects.toMatchObject({ code: 'not_found' });
});
