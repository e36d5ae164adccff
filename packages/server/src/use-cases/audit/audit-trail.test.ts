import { type AuditEnd, ErrandError } from '@errand/core';
import { fakeClock, fakeIds } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { AuditTrail } from './audit-trail.ts';

const ACT = { actor: null, action: 'cancelRun', target: 'run_1', address: null } as const;

it('flushes also what is just being written, so that nobody is shown a call without its outcome', async () => {
  const clock = fakeClock();
  const written: AuditEnd[] = [];
  const disk = Promise.withResolvers<void>();
  const trail = new AuditTrail({
    audit: {
      insert: async () => undefined,
      end: async (ends: readonly AuditEnd[]) => {
        if (ends.length > 0) await disk.promise;
        written.push(...ends);
      },
    },
    clock,
    ids: fakeIds(),
  } as never);
  await trail.follow(ACT, async () => undefined);
  await clock.advance(1_000);
  const flushed = trail.flush();
  setImmediate(disk.resolve);
  await flushed;
  expect(written).toMatchObject([{ target: 'run_1', outcome: 'done' }]);
});

it('tells an outcome only once the entry is there that it belongs to', async () => {
  const clock = fakeClock();
  const steps: string[] = [];
  const trail = new AuditTrail({
    audit: {
      insert: async () => void steps.push('entry'),
      end: async (ends: readonly AuditEnd[]) =>
        void steps.push(...ends.map(({ outcome }) => String(outcome))),
    },
    clock,
    ids: fakeIds(),
  } as never);
  const refusal = new ErrandError('not_found', 'there is none');
  const refused = trail.follow(ACT, () => Promise.reject(refusal));
  for (let turn = 0; turn < 20; turn += 1) await trail.flush();
  await expect(refused).rejects.toBe(refusal);
  await trail.flush();
  expect(steps).toEqual(['entry', 'not_found']);
});
