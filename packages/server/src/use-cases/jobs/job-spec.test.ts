import type { JobSpec } from '@errand/core';
import { expect, it } from 'vitest';
import { openJobWorld } from '../../../test/job-world.ts';

const HOUR = 3_600_000;

/** What is made of a document. */
async function specOf(document: object): Promise<JobSpec> {
  await using world = await openJobWorld();
  return (await world.submit({ session: { provider: 'fake' }, commands: ['x'], ...document })).spec;
}

it('lets a session outlive its attempt, so that the limit of the attempt comes first', async () => {
  expect((await specOf({ timeout: '1h' })).session).toMatchObject({ maxLife: HOUR + 600_000 });
});

it('waits between attempts at least as long as the first wait is', async () => {
  expect((await specOf({ retry: { attempts: 2, backoff: '30h' } })).retry.maxMs).toBe(30 * HOUR);
  expect((await specOf({ retry: { attempts: 2, backoff: '1s', max: '5s' } })).retry.maxMs).toBe(5_000);
});

it('has time for all attempts, the waits between them and their tear-downs, where no deadline is given', async () => {
  const document = { timeout: '1h', retry: { attempts: 3, backoff: '1h', max: '2h' } };
  expect((await specOf(document)).deadlineMs).toBe(3 * (HOUR + 2 * HOUR + HOUR));
  expect((await specOf({ ...document, deadline: '2h' })).deadlineMs).toBe(2 * HOUR);
});
