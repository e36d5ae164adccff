import { expect, it } from 'vitest';
import { openProxyWorld } from '../../../test/proxy-world.ts';

const SLOW = 50;

it(`answers everybody else while ${SLOW} sessions start slowly, and brings them all up in the end`, async () => {
  const gate = Promise.withResolvers<void>();
  await using world = await openProxyWorld('localhost', (provider) => ({
    ...provider,
    launch: async (request) => {
      if (request.spec.image === 'slow') await gate.promise;
      return await provider.launch(request);
    },
  }));
  const key = await world.key();
  const made = await Promise.all(
    Array.from({ length: SLOW }, () =>
      world.api<{ id: string }>('POST', '/v1/sessions', key, { image: 'slow' }),
    ),
  );
  // None of what follows could end if it waited for them.
  const quick = await world.session(key);
  expect(quick.state).toBe('ready');
  expect((await world.ask('/', { host: `${quick.subdomain}.localhost`, key })).status).toBe(200);
  for (let turn = 0; turn < 20; turn += 1) {
    for (const path of ['/v1/sessions', '/v1/runs', '/v1/pools', `/v1/sessions/${made[turn]?.id}`])
      await world.api('GET', path, key);
  }
  await world.api('DELETE', `/v1/sessions/${quick.id}`, key);
  expect(
    (await world.api<{ settled: boolean }>('GET', `/v1/sessions/${quick.id}?wait=20s`, key)).settled,
  ).toBe(true);
  for (const { id } of made) expect((await world.get(id)).state).toBe('creating');
  gate.resolve();
  for (const { id } of made) {
    const settled = () => world.api<{ state: string }>('GET', `/v1/sessions/${id}?wait=20s`, key);
    await expect.poll(async () => (await settled()).state, { timeout: 60_000 }).toBe('ready');
  }
}, 120_000);
