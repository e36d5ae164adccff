import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../keeper/error-code.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Secrets of attempts as they lie in the spool: AES-256-GCM, nonce, tag and text in one base64url string. The key lies beside the spool, in a file of this
 * user alone, so that a copy of what the spool says of an attempt (a bug report, a search through the disk) has no secret in it.
 */
export class SealedSecrets {
  readonly #keyFile: string;
  #known: Buffer | undefined;

  constructor(data: string) {
    this.#keyFile = join(data, 'secret.key');
  }

  seal(secrets: readonly string[]): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key(), nonce);
    const text = Buffer.concat([cipher.update(JSON.stringify(secrets)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** null where they were sealed with another key, or changed. */
  unseal(sealed: string): readonly string[] | null {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key(), bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
        decipher.final(),
      ]);
      return JSON.parse(text.toString()) as readonly string[];
    } catch {
      return null;
    }
  }

  #key(): Buffer {
    this.#known ??= readKey(this.#keyFile) ?? makeKey(this.#keyFile);
    return this.#known;
  }
}

function makeKey(path: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  writeFileSync(path, key, { mode: 0o600 });
  return key;
}

/** Undefined where there is none, or one that a full disk has cut off. */
function readKey(path: string): Buffer | undefined {
  try {
    const key = readFileSync(path);
    return key.length === KEY_BYTES ? key : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
