import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ErrandError } from '@errand/core';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts secret variables at rest, and derives secrets that need not be stored: AES-256-GCM, nonce, tag and text in one base64url string. */
export interface Sealer {
  readonly seal: (plain: string) => string;
  /** Throws where the text was sealed with another key or changed. */
  readonly unseal: (sealed: string) => string;
  /** The same for the same text, and nobody without the key can make it; 43 characters of base64url. */
  readonly sign: (text: string) => string;
}

/** The sealer whose key lies in this file, outside the database and readable by the server alone; made if it is new. */
export function openSealer(keyFile: string): Sealer {
  if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' });
  chmodSync(keyFile, 0o600);
  const key = readFileSync(keyFile);
  if (key.length !== KEY_BYTES)
    throw new ErrandError('invalid', `${keyFile} is not a key of ${KEY_BYTES} bytes; put the right one back`);
  return {
    seal: (plain) => seal(key, plain),
    unseal: (sealed) => unseal(key, sealed),
    sign: (text) => createHmac('sha256', key).update(text).digest('base64url'),
  };
}

function seal(key: Buffer, plain: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

function unseal(key: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
