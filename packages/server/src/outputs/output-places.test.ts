import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  ErrandError,
  type Files,
  type OutputPlace,
  type OutputTarget,
  type SessionRecord,
} from '@errand/core';
import { aSession, type OutputPlaceUnderTest, runOutputPlaceSuite } from '@errand/core/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requires } from '../../../../scripts/requires.ts';
import { type AwsClients, awsClients } from '../aws/aws-clients.ts';
import { awsTools, EMULATED_CREDENTIALS, type Moto, startMoto } from '../aws/testing/moto-server.ts';
import { filePlace } from './file-place.ts';
import { s3Place } from './s3-place.ts';
import { urlPlace } from './url-place.ts';

const URL_TARGET: OutputTarget = { kind: 'url', url: 'http://127.0.0.1:1/x' };
const FILE_TARGET: OutputTarget = { kind: 'file', path: 'out.txt' };

requires(awsTools)('outputs in S3', () => {
  let moto: Moto;
  let clients: AwsClients;
  let s3: S3Client;
  let place: OutputPlace;
  let opened = 0;
  const key = (name: string): OutputTarget => ({ kind: 's3', bucket: 'box', key: name });
  const put = async (name: string, text: string): Promise<void> => {
    await s3.send(new PutObjectCommand({ Bucket: 'box', Key: name, Body: text }));
  };

  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    moto = await startMoto();
    clients = awsClients(moto.settings);
    s3 = await clients.s3();
    place = s3Place(() => clients.s3());
    const where = { LocationConstraint: 'eu-north-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: 'box', CreateBucketConfiguration: where }));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    clients[Symbol.dispose]();
    await moto[Symbol.asyncDispose]();
  });

  runOutputPlaceSuite('of S3', async (): Promise<OutputPlaceUnderTest> => {
    opened += 1;
    const below = `world-${opened}/`;
    return {
      place,
      sessionId: null,
      target: (name) => key(below + name),
      put: (name, text) => put(below + name, text),
      foreign: FILE_TARGET,
      [Symbol.asyncDispose]: async () => undefined,
    };
  });

  it('are seen by prefix, without what the control plane itself has put there', async () => {
    expect(await place.look(key('b/'), null)).toBeNull();
    const file = { name: 'errand-job_0123.json', text: '{}' };
    expect(await place.putBeside(key('b/'), file, null)).toBe('s3://box/b/errand-job_0123.json');
    expect(await place.look(key('b/'), null)).toBeNull();
    await put('b/one', '1');
    await put('b/two', '22');
    expect(await place.look(key('b/'), null)).toMatchObject({ bytes: 3 });
    expect(await place.putBeside(key('b/one'), file, null)).toBe('s3://box/b/errand-job_0123.json');
  });

  it('of a bucket that there is not are a mistake of the document', async () => {
    const nowhere: OutputTarget = { kind: 's3', bucket: 'nowhere', key: 'a/' };
    await expect(place.look(nowhere, null)).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('outputs behind addresses', () => {
  runOutputPlaceSuite('of addresses', async () => {
    const texts = new Map<string, string>();
    const server = createServer((request, answer) => {
      const text = texts.get(request.url ?? '');
      if (text === undefined) return answer.writeHead(404).end();
      answer.writeHead(200, { etag: createHash('md5').update(text).digest('hex') }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      place: urlPlace(['127.0.0.1']),
      sessionId: null,
      target: (name) => ({ kind: 'url', url: `http://127.0.0.1:${port}/${name}` }),
      put: async (name, text) => void texts.set(`/${name}`, text),
      foreign: FILE_TARGET,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  });

  it('are never looked for in networks that only this machine reaches, nor where a redirect leads there', async () => {
    let asked = 0;
    const server = createServer((request, answer) => {
      asked += 1;
      const { port } = server.address() as AddressInfo;
      const location = request.url === '/in' ? `http://localhost:${port}/x` : `http://127.0.0.1:${port}/x`;
      if (request.url === '/x') return answer.end('inside');
      answer.writeHead(302, { location }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const look = (url: string, allowed: readonly string[]) =>
      urlPlace(allowed).look({ kind: 'url', url }, null);
    for (const url of [
      `http://127.0.0.1:${port}/x`,
      `https://127.0.0.1:${port}/x`,
      `https://[::ffff:127.0.0.1]:${port}/x`,
      'https://169.254.169.254/latest/meta-data/',
    ])
      await expect(look(url, [])).rejects.toMatchObject({ kind: 'config' });
    expect(asked).toBe(0);
    await expect(look(`http://127.0.0.1:${port}/in`, ['127.0.0.1'])).rejects.toMatchObject({
      kind: 'config',
    });
    expect(await look(`http://127.0.0.1:${port}/out`, ['127.0.0.1'])).toMatchObject({ bytes: 6 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are seen with what the headers say, and silence and errors as something that may pass', async () => {
    const server = createServer((request, answer) => {
      if (request.url === '/broken') return answer.writeHead(500).end();
      answer.writeHead(200, { 'last-modified': 'Sun, 22 Nov 2026 08:00:00 GMT', etag: '"a"' }).end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const here = urlPlace(['127.0.0.1']);
    const at = (path: string): OutputTarget => ({
      kind: 'url',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    });
    expect(await here.look(at('/out'), null)).toEqual({
      modifiedAt: Date.parse('2026-11-22T08:00:00Z'),
      bytes: 5,
      tag: '"a"',
    });
    await expect(here.look(at('/broken'), null)).rejects.toMatchObject({ kind: 'transient' });
    const gone = at('/out');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(here.look(gone, null)).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('what is said of an address', () => {
  it('is what its server says: nothing there, not allowed, in a circle, or broken off while it was read', async () => {
    const server = createServer((request, answer) => {
      const [, status = '200', way = ''] = request.url?.split('/') ?? [];
      answer.writeHead(Number(status), {
        ...(way === 'circle' ? { location: request.url } : {}),
        ...(way === 'next' ? { location: '/302/next2' } : {}),
        ...(way === 'next2' ? { location: '/200/whole' } : {}),
        ...(way === 'short' ? { 'content-length': '100' } : {}),
      });
      if (way !== 'short' && way !== 'chunks') return answer.end('hello');
      answer.write('hello', () => answer.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const here = urlPlace(['127.0.0.1']);
    const at = (path: string): OutputTarget => ({ kind: 'url', url: `http://127.0.0.1:${port}/${path}` });
    expect(await Promise.all([404, 410].map((status) => here.look(at(`${status}/`), null)))).toEqual([
      null,
      null,
    ]);
    for (const status of [401, 403])
      await expect(here.look(at(`${status}/`), null)).rejects.toMatchObject({ kind: 'auth' });
    await expect(here.look(at('302/circle'), null)).rejects.toMatchObject({ kind: 'config' });
    expect(await here.look(at('301/next'), null)).toMatchObject({ bytes: 5 });
    expect(await here.look(at('200/short'), null)).toMatchObject({ bytes: 100 });
    const transient = { name: 'ProviderError', kind: 'transient' };
    await expect(here.checksum(at('200/short'), 'md5', null)).rejects.toMatchObject(transient);
    await expect(here.look(at('200/chunks'), null)).rejects.toMatchObject(transient);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('outputs in the session', () => {
  const session = aSession({ id: 'ses_1' });

  runOutputPlaceSuite('of a session', async () => {
    const root = mkdtempSync(join(tmpdir(), 'errand-outputs-'));
    let writes = 0;
    return {
      place: filePlace({ session: async () => session, files: () => filesIn(root) }),
      sessionId: session.id,
      target: (path) => ({ kind: 'file', path }),
      put: async (name, text) => {
        await mkdir(dirname(join(root, name)), { recursive: true });
        await writeFile(join(root, name), text);
        // Unpacked from an archive: older than what was there before.
        writes += 1;
        await utimes(join(root, name), 1_000_000 - writes, 1_000_000 - writes);
      },
      foreign: URL_TARGET,
      [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true }),
    };
  });

  it('are files: a folder of that name is none, a path that cannot be is a mistake, and an agent that is away may come back', async () => {
    const root = mkdtempSync(join(tmpdir(), 'errand-outputs-'));
    await mkdir(join(root, 'folder'));
    const place = filePlace({ session: async () => session, files: () => filesIn(root) });
    expect(await place.look({ kind: 'file', path: 'folder' }, session.id)).toBeNull();
    const refusing = (code: 'invalid' | 'unavailable') =>
      filePlace({
        session: async () => session,
        files: () => ({
          ...filesIn(root),
          stat: async () => {
            throw new ErrandError(code, 'no');
          },
        }),
      });
    await expect(refusing('invalid').look(FILE_TARGET, 'ses_1')).rejects.toMatchObject({ kind: 'config' });
    await expect(refusing('unavailable').look(FILE_TARGET, 'ses_1')).rejects.toMatchObject({
      kind: 'transient',
    });
    await writeFile(join(root, 'out.txt'), 'hello');
    const breaking = (error: Error) =>
      filePlace({
        session: async () => session,
        files: () => ({
          ...filesIn(root),
          read: async () => {
            const stat = { path: 'out.txt', kind: 'file', bytes: 5, mode: 0o644, modifiedAt: 1 } as const;
            return { stat, content: broken(error) };
          },
        }),
      });
    for (const error of [new Error('ECONNRESET'), new ErrandError('unavailable', 'no')]) {
      const read = breaking(error).checksum(FILE_TARGET, 'md5', 'ses_1');
      await expect(read).rejects.toMatchObject({ name: 'ProviderError', kind: 'transient' });
    }
    const none = filePlace({ session: async () => null, files: () => filesIn(root) });
    await expect(none.look(FILE_TARGET, 'ses_1')).rejects.toMatchObject({ kind: 'transient' });
    rmSync(root, { recursive: true });
  });
});

/** As many of the verbs as outputs need, over a folder. What really reaches sessions runs the suite of the port `Files`. */
function filesIn(root: string): Files<SessionRecord> {
  const statOf = async (path: string) => {
    const seen = await stat(join(root, path)).catch(() => null);
    if (seen === null) return null;
    const kind = seen.isDirectory() ? ('folder' as const) : ('file' as const);
    return { path, kind, bytes: seen.size, mode: seen.mode & 0o7777, modifiedAt: seen.mtimeMs };
  };
  const there = async (path: string) => {
    const found = await statOf(path);
    if (found === null) throw new ErrandError('not_found', `${path} is not there`);
    return found;
  };
  return {
    stat: (_, path) => statOf(path),
    list: async () => [],
    read: async (_, path) => ({ stat: await there(path), content: pieces(await readFile(join(root, path))) }),
    write: async (_, path, _wish, content) => {
      await writeFile(join(root, path), await Array.fromAsync(content));
      return await there(path);
    },
    makeFolder: async (_, path) => await there(path),
  };
}

async function* broken(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from('hel');
  throw error;
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
