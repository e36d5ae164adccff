import { ProviderError, type ProviderErrorKind } from '@errand/core';
import { codeOf, isAboutCredentials, isRefusal, saidBy } from '../by-agent/aws-error.ts';

/**
 * An error of EC2 as one of the port: by its code (docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html), which the library gives
 * as the name. `about`: what was tried, such as `RunInstances`, which is also the name of the permission.
 */
export function ec2Error(error: unknown, about: string): ProviderError {
  if (error instanceof ProviderError) return error;
  const code = codeOf(error);
  const kind = kindOf(code, error);
  return new ProviderError(kind, SENTENCES[kind](about, `${saidBy(error)} (${code})`), { cause: error });
}

/** May the same machine be had in another size, zone or market? */
export function isWorthAnother(error: ProviderError): boolean {
  return error.kind === 'capacity' || error.kind === 'quota' || codeOf(error) === 'Unsupported';
}

const CAPACITY = /^(Insufficient\w*Capacity|SpotMaxPriceTooLow|InsufficientFreeAddressesInSubnet)$/;
const BUSY = /^(RequestLimitExceeded|Throttl\w*|TooManyRequests\w*|SlowDown|EC2ThrottledException)$/;
const QUOTA = /^(\w*LimitExceeded|MaxSpotInstanceCountExceeded|\w*QuotaExceeded)$/;

function kindOf(code: string, error: unknown): ProviderErrorKind {
  if (CAPACITY.test(code)) return 'capacity';
  // Made before, by a call whose answer was lost and that was not the same in every byte: it will be found.
  if (BUSY.test(code) || code === 'IdempotentParameterMismatch') return 'transient';
  if (QUOTA.test(code)) return 'quota';
  if (isAboutCredentials(code)) return 'auth';
  return isRefusal(error) ? 'config' : 'transient';
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
