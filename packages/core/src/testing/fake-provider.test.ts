import { expect, it } from 'vitest';
import { aSessionSpec } from './builders.ts';
import { fakeClock } from './fake-clock.ts';
import { fakeProvider } from './fake-provider.ts';
import { runProviderSuite } from './provider-suite.ts';

const wrong = { spec: aSessionSpec({ image: 'missing' }), field: 'image' };

runProviderSuite('fake', async () => {
  const clock = fakeClock();
  const provider = fakeProvider({ clock, bootMs: 3_000, endMs: 2_000, staleMs: 5_000 });
  return {
    provider,
    spec: aSessionSpec(),
    wrong,
    pause: () => clock.advance(1_000),
    kill: async (handle) => provider.machines.vanish(String(handle.data['machine'])),
    disks: async ({ data }) =>
      provider.machines.all().filter(({ id, hasDisk }) => id === data['machine'] && hasDisk).length,
    deadMan: { leaseMs: 10_000, pauses: 20 },
    [Symbol.asyncDispose]: async () => undefined,
  };
});

const request = {
  key: 'ses_1-1',
  sessionId: 'ses_1',
  owner: 'acme',
  subdomain: 'brisk-otter',
  tag: 'plane',
  spec: aSessionSpec(),
  env: {},
  leaseMs: 60_000,
};

it('makes what was asked for although its answer is lost', async () => {
  const clock = fakeClock();
  let fails = true;
  const provider = fakeProvider({
    clock,
    fault: () => (fails ? { kind: 'lost_answer', effectAfterMs: 4_000 } : null),
  });
  await expect(provider.launch(request)).rejects.toMatchObject({ kind: 'transient' });
  fails = false;
  expect(provider.machines.alive()).toEqual([]);
  await clock.advance(4_000);
  expect(provider.machines.alive()).toHaveLength(1);
  await provider.launch(request);
  expect(provider.machines.all()).toHaveLength(1);
});

it('ends at its lease what nobody renews, to the ms', async () => {
  const clock = fakeClock();
  const provider = fakeProvider({ clock });
  await provider.launch(request);
  await clock.advance(59_999);
  expect(provider.machines.alive()).toHaveLength(1);
  await clock.advance(1);
  expect(provider.machines.alive()).toEqual([]);
});
