import { aRun, fakeClock, finished } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { MemoryLogStore } from '../../stores/memory/memory-log-store.ts';
import { openSqliteStore } from '../../stores/sql/open-sqlite-store.ts';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { Deliverer } from './deliverer.ts';

const TARGETS = { log: 'to/log', exit: 'to/exit', size: 'to/size' };

it('delivers also where a log cannot be read for a while, each part once and in order', async () => {
  await using store = await openSqliteStore({ database: ':memory:' });
  const clock = fakeClock();
  const run = finished(aRun({ id: 'run_1', createdAt: clock.now() }));
  await store.runs.insert(run, null);
  const logs = new MemoryLogStore();
  await logs.append({ runId: 'run_1', token: 1 }, [
    { offset: 0, stream: 'stdout', time: 1, bytes: Buffer.from('all of it\n') },
  ]);
  const arrived: string[] = [];
  const warned: string[] = [];
  let broken = true;
  const deliverer = new Deliverer({
    deliveries: store.deliveries,
    runs: store.runs,
    logs: {
      read: (log, range) => logs.read(log, range),
      size: (log) => (broken ? Promise.reject(new Error('the disk does not answer')) : logs.size(log)),
    },
    notifier: new LocalNotifier(),
    clock,
    sealer: {
      seal: (plain) => plain,
      unseal: (sealed) => sealed,
      sign: (text) => text,
    },
    put: async (url, body) => {
      arrived.push(`${url} ${Buffer.from(body).toString()}`);
      broken = arrived.length === 1;
      return 200;
    },
    warn: (message) => warned.push(message),
  });
  await deliverer.add('run_1', TARGETS);
  for (const failed of [1, 2]) {
    await expect.poll(() => [warned.length, clock.sleeping], { interval: 1 }).toEqual([failed, 1]);
    broken = false;
    await clock.advance(2_000);
  }
  await expect.poll(() => store.deliveries.open(), { interval: 1 }).toEqual([]);
  expect(arrived).toEqual(['to/log all of it\n', 'to/exit 0', 'to/size 10']);
  await deliverer.stop();
});
