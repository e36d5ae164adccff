import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { OutputPlace, OutputTarget } from '@errand/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requires } from '../../../../scripts/requires.ts';
import { type AwsClients, awsClients } from '../aws/aws-clients.ts';
import { awsTools, EMULATED_CREDENTIALS, type Moto, startMoto } from '../aws/testing/moto-server.ts';
import { s3Place } from './s3-place.ts';
import { urlPlace } from './url-place.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

requires(awsTools)('outputs in S3', () => {
  let moto: Moto;
  let clients: AwsClients;
  let s3: S3Client;
  let place: OutputPlace;
  const key = (name: string): OutputTarget => ({ kind: 's3', bucket: 'box', key: name });
  const put = (name: string, text: string) =>
    s3.send(new PutObjectCommand({ Bucket: 'box', Key: name, Body: text }));

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

  it('are seen by key, with size, time and a tag that changes with the content', async () => {
    expect(await place.look(key('a/out'), null)).toBeNull();
    await put('a/out', 'hello');
    const before = await place.look(key('a/out'), null);
    expect(before).toMatchObject({ bytes: 5, modifiedAt: expect.any(Number) });
    await put('a/out', 'other');
    expect((await place.look(key('a/out'), null))?.tag).not.toBe(before?.tag);
    expect(await place.checksum(key('a/out'), 'sha256', null)).toBe(sha256('other'));
    expect(await place.checksum(key('a/none'), 'sha256', null)).toBeNull();
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
  it('are seen with what the headers say, missing ones as missing, and silence as something that may pass', async () => {
    const server = createServer((request, answer) => {
      if (request.url === '/none') return answer.writeHead(404).end();
      if (request.url === '/broken') return answer.writeHead(500).end();
      answer.writeHead(200, { 'last-modified': 'Sun, 22 Nov 2026 08:00:00 GMT', etag: '"a"' }).end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = (path: string): OutputTarget => ({
      kind: 'url',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    });
    expect(await urlPlace.look(at('/out'), null)).toEqual({
      modifiedAt: Date.parse('2026-11-22T08:00:00Z'),
      bytes: 5,
      tag: '"a"',
    });
    expect(await urlPlace.checksum(at('/out'), 'sha256', null)).toBe(sha256('hello'));
    expect(await urlPlace.look(at('/none'), null)).toBeNull();
    await expect(urlPlace.look(at('/broken'), null)).rejects.toMatchObject({ kind: 'transient' });
    const gone = at('/out');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(urlPlace.look(gone, null)).rejects.toMatchObject({ kind: 'transient' });
  });
});
