import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { type OutputPlace, type OutputSight, type OutputTarget, ProviderError } from '@errand/core';
import { s3Error } from './s3-error.ts';

/** All tries of one call together. */
const CALL_MS = 30_000;
/** Reading a whole object for its checksum. */
const READ_MS = 30 * 60_000;
/** So many pages of 1,000 objects are looked through below a prefix. */
const MOST_PAGES = 100;
/** What the control plane itself puts beside outputs is none. */
const OWN_DOCUMENT = /(^|\/)errand-job_[0-9a-z]+\.json$/;

type S3Target = Extract<OutputTarget, { kind: 's3' }>;

/** Outputs in S3. Needs s3:GetObject for a key, s3:ListBucket for a prefix (and to tell a missing key from a forbidden one), s3:PutObject to put the document beside. */
export function s3Place(client: () => Promise<S3Client>): OutputPlace {
  const send = async <Answer>(call: (s3: S3Client) => Promise<Answer>): Promise<Answer> => {
    try {
      return await call(await client());
    } catch (error) {
      throw s3Error(error);
    }
  };
  return {
    look: async (target) => {
      const { bucket, key } = s3TargetOf(target);
      return await send((s3) => (key.endsWith('/') ? newestBelow(s3, bucket, key) : headOf(s3, bucket, key)));
    },
    checksum: async (target, algorithm) => {
      const { bucket, key } = s3TargetOf(target);
      return await send((s3) => digestOf(s3, { bucket, key, algorithm }));
    },
    putBeside: async (target, { name, text }) => {
      const { bucket, key } = s3TargetOf(target);
      const place = `${key.slice(0, key.lastIndexOf('/') + 1)}${name}`;
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const object = { Bucket: bucket, Key: place, Body: text, ContentType: 'application/json' };
      await send((s3) => s3.send(new PutObjectCommand(object), limited(CALL_MS)));
      return `s3://${bucket}/${place}`;
    },
  };
}

function s3TargetOf(target: OutputTarget): S3Target {
  if (target.kind === 's3') return target;
  throw new ProviderError('config', `S3 has no ${target.kind}`);
}

async function headOf(s3: S3Client, bucket: string, key: string): Promise<OutputSight | null> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), limited(CALL_MS));
    const { LastModified, ContentLength, ETag } = head;
    return { modifiedAt: LastModified?.getTime() ?? null, bytes: ContentLength ?? 0, tag: ETag ?? null };
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return null;
    throw error;
  }
}

/** The newest of all objects below the prefix, and how many bytes there are in all. */
async function newestBelow(s3: S3Client, bucket: string, prefix: string): Promise<OutputSight | null> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  let newest: number | null = null;
  let bytes = 0;
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked = {
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    };
    const answer = await s3.send(new ListObjectsV2Command(asked), limited(CALL_MS));
    for (const { Key = '', Size = 0, LastModified } of answer.Contents ?? []) {
      // Consoles make an empty object to show a prefix as a folder.
      if (OWN_DOCUMENT.test(Key) || (Key === prefix && Size === 0)) continue;
      newest = Math.max(newest ?? 0, LastModified?.getTime() ?? 0);
      bytes += Size;
    }
    token = answer.NextContinuationToken;
    if (token === undefined) return newest === null ? null : { modifiedAt: newest, bytes, tag: null };
  }
  const most = `more than ${MOST_PAGES * 1_000} objects`;
  throw new ProviderError(
    'config',
    `s3://${bucket}/${prefix} holds ${most}; name a narrower prefix, or a key`,
  );
}

async function digestOf(
  s3: S3Client,
  { bucket, key, algorithm }: { readonly bucket: string; readonly key: string; readonly algorithm: string },
): Promise<string | null> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const hash = createHash(algorithm);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), limited(READ_MS));
    for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) hash.update(chunk);
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  }
  return hash.digest('hex');
}

function limited(ms: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(ms) };
}
