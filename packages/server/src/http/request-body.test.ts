import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Listener, listenTcp } from './listen.ts';
import type { Connection } from './parts.ts';

/** Longer than the listener waits for the rest of a request that was answered. */
const LONGER_MS = 1_000;

let listener: Listener;
let connections: Agent;

beforeEach(async () => {
  const app = { fetch: (asked: Request, line: Connection) => answer(new URL(asked.url).pathname, line) };
  const open = { tls: null, proxy: null, trustProxy: false };
  listener = await listenTcp(app as Parameters<typeof listenTcp>[0], { host: '127.0.0.1', port: 0 }, open);
  connections = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(async () => {
  connections.destroy();
  await listener[Symbol.asyncDispose]();
});

async function answer(path: string, { body }: Connection): Promise<Response> {
  const pieces = body?.[Symbol.asyncIterator]();
  switch (path) {
    case '/forgets':
      await pieces?.next();
      return new Response('some of it');
    case '/fails':
      await pieces?.next();
      await pieces?.return?.();
      return new Response('too much', { status: 413 });
    default:
      await sleep(LONGER_MS);
      return new Response('all of it');
  }
}

test.each(['/forgets', '/fails'])(
  'a request whose body was not read to its end (%s) is answered, and ends nothing that follows it over the same line',
  async (path) => {
    const first = await ask('POST', path, Buffer.alloc(300_000));
    expect(['some of it', 'too much']).toContain(first.text);
    const next = await ask('GET', '/waits', null);
    expect(next.text).toBe('all of it');
    expect(next.port).toBe(first.port);
  },
);

async function ask(method: string, path: string, body: Buffer | null) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(new URL(path, listener.address), { method, agent: connections }, resolve);
  sent.once('error', reject);
  sent.end(body ?? undefined);
  const response = await promise;
  const { localPort: port } = response.socket;
  return { text: Buffer.concat(await Array.fromAsync(response)).toString(), port };
}
