import { connect } from 'node:net';
import { ProviderError } from '@errand/core';
import { expect, it } from 'vitest';
import { openProxyWorld } from '../../test/proxy-world.ts';

/*
 * An error that nobody hears ends the process, and everybody's sessions with it; so each of these asks once more afterwards. What a test here leaves unheard
 * Vitest reports as well.
 */

it.each([
  ['a status below all others', 'HTTP/1.1 099 Low'],
  ['the status 0', 'HTTP/1.1 000 OK'],
  ['a control character in the reason', 'HTTP/1.1 200 a\x01b'],
])('answers 502 where a session answers with %s, and goes on', async (_what, line) => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const host = `${subdomain}.localhost`;
  world.app.on('/odd', ({ socket }) => void socket.end(`${line}\r\nContent-Length: 0\r\n\r\n`, 'latin1'));
  for (const method of ['GET', 'POST'])
    expect(await world.ask('/odd', { method, host, key })).toMatchObject({ status: 502 });
  expect(await world.ask('/', { host, key })).toMatchObject({ status: 200 });
});

it('goes on where somebody who waits for a WebSocket hangs up, and opens none for them', async () => {
  const start = Promise.withResolvers<void>();
  await using world = await openProxyWorld('localhost', (provider) => ({
    ...provider,
    start: async (handle, request) => {
      await start.promise;
      return await provider.start(handle, request);
    },
  }));
  const key = await world.key();
  const { id, subdomain } = await world.session(key);
  await world.api('POST', `/v1/sessions/${id}/stop`, key, {});
  await world.api('GET', `/v1/sessions/${id}?wait=20s`, key);
  const host = `${subdomain}.localhost`;
  const socket = connect(world.port, '127.0.0.1', () =>
    socket.write(
      `GET /socket HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ),
  );
  await expect.poll(async () => (await world.get(id)).desired).toBe('running');
  socket.resetAndDestroy();
  start.resolve();
  expect(await world.ask('/', { host, key })).toMatchObject({ status: 200 });
  expect(world.app.seen.map(({ url }) => url)).toEqual(['/']);
});

it('says of a session that did not start what it says of every path, // included', async () => {
  await using world = await openProxyWorld('localhost', (provider) => ({
    ...provider,
    start: () => Promise.reject(new ProviderError('config', 'there is no such image')),
  }));
  const key = await world.key();
  const { id, subdomain } = await world.session(key);
  await world.api('POST', `/v1/sessions/${id}/stop`, key, {});
  await world.api('GET', `/v1/sessions/${id}?wait=20s`, key);
  const host = `${subdomain}.localhost`;
  await world.ask('/', { host, key });
  const answers = [await world.ask('/', { host, key }), await world.ask('//', { host, key })];
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
});
