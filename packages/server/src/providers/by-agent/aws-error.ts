import { ProviderError } from '@errand/core';

/** What the library calls an error of AWS, also one that is the cause of ours; empty: it is none of AWS. */
export function codeOf(error: unknown): string {
  const cause = error instanceof ProviderError ? error.cause : error;
  return cause instanceof Error ? cause.name : '';
}

export function saidBy(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Codes that any service answers where it does not let somebody in (docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html), and those of the library where it finds nobody. */
export function isAboutCredentials(code: string): boolean {
  return AUTH.test(code);
}

/** It understood, and did nothing; or the call had no region to go to. */
export function isRefusal(error: unknown): boolean {
  if (codeOf(error) === 'NoRegionError') return true;
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return false;
  const { httpStatusCode = 0 } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode >= 400 && httpStatusCode < 500;
}

const AUTH =
  /^(AccessDenied\w*|AuthFailure|Blocked(Exception)?|CredentialsProviderError|ExpiredToken\w*|IncompleteSignature|InvalidClientTokenId|InvalidSignature\w*|MissingAuthenticationToken\w*|NotAuthorized|OptInRequired|PendingVerification|RequestExpired|SignatureDoesNotMatch|TokenProviderError|UnauthorizedOperation|UnrecognizedClientException)$/;
