import { ProviderError } from '@errand/core';
import { fakeClock, fakeProvider } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { callProvider } from './call-provider.ts';

const clock = fakeClock();
const provider = fakeProvider({ clock, settleMs: 20_000 });
const failure = (call: () => Promise<unknown>): Promise<unknown> =>
  callProvider(provider, clock, call).catch((error: unknown) => error);

it('says of whatever a provider throws whether it may go away', async () => {
  const known = new ProviderError('quota', 'too many');
  expect(await failure(() => Promise.reject(known))).toBe(known);
  const unknown = await failure(() => Promise.reject(new TypeError('x is undefined')));
  expect(unknown).toBeInstanceOf(ProviderError);
  expect(unknown).toMatchObject({ kind: 'transient', message: 'the provider fake failed: x is undefined' });
});

it('gives up a call once all its effects are there, and leaves no clock running for one that answered', async () => {
  const given = failure(() => new Promise(() => undefined));
  let over = false;
  void given.then(() => (over = true));
  await clock.advance(19_999);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(await given).toMatchObject({ kind: 'transient', message: expect.stringContaining('within 20 s') });
  expect(await callProvider(provider, clock, async () => 'done')).toBe('done');
  expect(clock.sleeping).toBe(0);
});
