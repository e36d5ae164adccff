import { ProviderError, type ProviderErrorKind } from '@errand/core';

/** What the SDK calls an error, and what that means. What is not named here may go away by itself. */
const KINDS: Readonly<Record<string, ProviderErrorKind>> = {
  NoSuchBucket: 'config',
  InvalidBucketName: 'config',
  PermanentRedirect: 'config',
  NoRegionError: 'config',
  AccessDenied: 'auth',
  Forbidden: 'auth',
  ExpiredToken: 'auth',
  ExpiredTokenException: 'auth',
  InvalidAccessKeyId: 'auth',
  SignatureDoesNotMatch: 'auth',
  CredentialsProviderError: 'auth',
};

/** An error of a call of S3, sorted and with a sentence for people. */
export function s3Error(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const name = error instanceof Error ? error.name : 'unknown';
  // A HEAD that is refused has no body, so the SDK knows the status alone.
  const status = statusOf(error);
  const kind = KINDS[name] ?? (status === 401 || status === 403 ? 'auth' : 'transient');
  const said = error instanceof Error && error.message !== '' ? `: ${error.message}` : '';
  return new ProviderError(kind, `S3 answered ${name}${said}`, { cause: error });
}

function statusOf(error: unknown): number | null {
  const about = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : null;
  const status = (about as { httpStatusCode?: number } | null)?.httpStatusCode;
  return status ?? null;
}
