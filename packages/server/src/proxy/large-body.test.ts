import { createCipheriv, createHash, type Hash, randomBytes } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { sized } from '../../../../scripts/sizes.ts';
import { openProxyWorld } from '../../test/proxy-world.ts';

const MB = 1024 * 1024;
/** 1 GB in the soak. */
const MEGABYTES = sized({ test: 64, ci: 64, soak: 1_024 });

it(`carries ${MEGABYTES} MB of a body there and back as they are, and notes them as use`, async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id, subdomain } = await world.session(key);
  const before = Date.now();
  const request = openRequest({
    host: '127.0.0.1',
    port: world.port,
    method: 'PUT',
    path: '/large',
    headers: {
      host: `${subdomain}.localhost`,
      authorization: `Bearer ${key}`,
      'content-length': MEGABYTES * MB,
    },
    agent: false,
  });
  const there = createHash('sha256');
  const [returned] = await Promise.all([received(request), pipeline(randomPieces(there), request)]);
  expect(returned).toEqual({ status: 200, bytes: MEGABYTES * MB, sha256: there.digest('hex') });
  const use = world.services.sessions.uses.latest(id);
  expect(use).toMatchObject({ kind: 'traffic' });
  expect(use?.at).toBeGreaterThanOrEqual(before);
}, 600_000);

/** No two of them are alike, so that none can take the place of another. */
function* randomPieces(seen: Hash): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const zeros = Buffer.alloc(MB);
  for (let piece = 0; piece < MEGABYTES; piece += 1) {
    const bytes = cipher.update(zeros);
    seen.update(bytes);
    yield bytes;
  }
}

/** What comes back, while the rest is still on its way there. */
async function received(request: ClientRequest) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once('response', resolve).once('error', reject);
  const answer = await promise;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { status: answer.statusCode, bytes, sha256: hash.digest('hex') };
}
