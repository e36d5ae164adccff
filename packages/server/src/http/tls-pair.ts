import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ErrandError } from '@errand/core';

/** Certificate and key in PEM, for `tls.createServer`. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads both files. Throws `invalid` where one cannot be read, is something else, or belongs to another. */
export function readTlsPair(paths: { readonly cert: string; readonly key: string }): TlsPair {
  const pair = { cert: bytesOf(paths.cert), key: bytesOf(paths.key) };
  const certificate = parsed(
    () => new X509Certificate(pair.cert),
    `tls.cert: ${paths.cert} is no certificate in PEM`,
  );
  const key: KeyObject = parsed(
    () => createPrivateKey(pair.key),
    `tls.key: ${paths.key} is no private key in PEM without a passphrase`,
  );
  if (!certificate.checkPrivateKey(key))
    throw new ErrandError('invalid', `tls: ${paths.key} is not the key of ${paths.cert}`);
  return pair;
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ErrandError('invalid', `the TLS file ${path} cannot be read (${why})`, { cause });
  }
}

function parsed<Value>(parse: () => Value, otherwise: string): Value {
  try {
    return parse();
  } catch (cause) {
    throw new ErrandError('invalid', otherwise, { cause });
  }
}
