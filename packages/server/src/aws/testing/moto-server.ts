import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Requirement } from '../../../../../scripts/requires.ts';
import type { AwsSettings } from '../aws-settings.ts';

/** Where `npm run aws-tools` puts the emulator. */
const TOOLS = resolve(import.meta.dirname, '../../../../../.cache/aws-tools/bin');

/** Where it puts what functions are executed with. */
export const LAMBDA_TOOLS = resolve(TOOLS, '../lambda');

export const awsTools: Requirement = {
  name: 'an emulator of AWS',
  ok: existsSync(`${TOOLS}/ready`),
  reason: '.cache/aws-tools is missing; npm run aws-tools makes it (with python3 and its venv, from PyPI)',
};

/** What a program needs to be somebody at the emulator, which believes every key. */
export const EMULATED_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'emulated',
  AWS_SECRET_ACCESS_KEY: 'emulated',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

export interface Moto extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** As `aws` in errand.yaml. */
  readonly settings: AwsSettings;
  /** Has it load a service, which takes longer than a client of ours waits. */
  warmUp(service: 'ec2'): Promise<void>;
  /** An empty bucket of S3. */
  makeBucket(name: string): Promise<void>;
}

/** Starts moto's server, empty, on a port of its own; all it has is gone with it. */
export async function startMoto(): Promise<Moto> {
  const env = { PATH: process.env['PATH'] ?? '', ...EMULATED_CREDENTIALS, PYTHONUNBUFFERED: '1' };
  const child = spawn(`${TOOLS}/moto_server`, ['-H', '127.0.0.1', '-p', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const said: string[] = [];
  let url: string | null = null;
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? null;
    if (url !== null) break;
  }
  if (url === null) throw new Error(`moto's server did not start:\n${said.join('\n')}`);
  // Nobody reads on, and a full pipe would stop it.
  child.stderr.resume();
  return {
    url,
    settings: { region: 'eu-north-1', endpoint: url, maxAttempts: 10 },
    async warmUp(service) {
      const scope = `emulated/20260101/eu-north-1/${service}/aws4_request`;
      const headers = {
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        'content-type': 'application/x-www-form-urlencoded',
      };
      const body = 'Action=DescribeInstances&Version=2016-11-15';
      await (await fetch(url, { method: 'POST', headers, body })).arrayBuffer();
    },
    async makeBucket(name) {
      const scope = 'emulated/20260101/eu-north-1/s3/aws4_request';
      const headers = {
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      };
      const body =
        '<CreateBucketConfiguration><LocationConstraint>eu-north-1</LocationConstraint></CreateBucketConfiguration>';
      const answer = await fetch(`${url}/${name}`, { method: 'PUT', headers, body });
      if (!answer.ok) throw new Error(`the emulator made no bucket: ${await answer.text()}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
