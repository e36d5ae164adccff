import { ProviderError, type ProviderErrorKind } from '@errand/core';

/**
 * An error of EC2 as one of the port: by its code (docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html), which the library gives
 * as the name. `about`: what was tried, such as `RunInstances`, which is also the name of the permission.
 */
export function ec2Error(error: unknown, about: string): ProviderError {
  if (error instanceof ProviderError) return error;
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const kind = kindOf(code, error);
  return new ProviderError(kind, SENTENCES[kind](about, `${said} (${code})`), { cause: error });
}

export function codeOf(error: unknown): string {
  const cause = error instanceof ProviderError ? error.cause : error;
  return cause instanceof Error ? cause.name : '';
}

/** May the same machine be had in another size, zone or market? */
export function isWorthAnother(error: ProviderError): boolean {
  return error.kind === 'capacity' || error.kind === 'quota' || codeOf(error) === 'Unsupported';
}

const CAPACITY = /^(Insufficient\w*Capacity|SpotMaxPriceTooLow|InsufficientFreeAddressesInSubnet)$/;
const BUSY = /^(RequestLimitExceeded|Throttl\w*|TooManyRequests\w*|SlowDown|EC2ThrottledException)$/;
const QUOTA = /^(\w*LimitExceeded|MaxSpotInstanceCountExceeded|\w*QuotaExceeded)$/;
const AUTH =
  /^(UnauthorizedOperation|AuthFailure|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken\w*|RequestExpired|UnrecognizedClientException|MissingAuthenticationToken|OptInRequired|Blocked|PendingVerification|AccessDenied\w*|CredentialsProviderError|TokenProviderError)$/;

function kindOf(code: string, error: unknown): ProviderErrorKind {
  if (CAPACITY.test(code)) return 'capacity';
  // Made before, by a call whose answer was lost and that was not the same in every byte: it will be found.
  if (BUSY.test(code) || code === 'IdempotentParameterMismatch') return 'transient';
  if (QUOTA.test(code)) return 'quota';
  if (AUTH.test(code)) return 'auth';
  if (code === 'NoRegionError') return 'config';
  return isRefusal(error) ? 'config' : 'transient';
}

/** It understood, and did nothing. */
function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return false;
  const { httpStatusCode = 0 } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode >= 400 && httpStatusCode < 500;
}

const SENTENCES: Readonly<Record<ProviderErrorKind, (about: string, said: string) => string>> = {
  capacity: (_about, said) =>
    `EC2 has no room for it now: ${said}; options.sizes and options.zones name others to try`,
  quota: (_about, said) => `a limit of the AWS account is reached: ${said}`,
  auth: (about, said) =>
    `AWS does not let us in: ${said}; the credentials of this control plane need ec2:${about}`,
  config: (about, said) => `EC2 refuses it (${about}): ${said}`,
  transient: (about, said) => `EC2 did not answer ${about} as it should: ${said}`,
};
