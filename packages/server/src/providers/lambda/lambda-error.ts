import { ProviderError, type ProviderErrorKind } from '@errand/core';
import { codeOf, isAboutCredentials, isRefusal, saidBy } from '../by-agent/aws-error.ts';

/** What was tried, as AWS names the permission, and of what. */
export interface Tried {
  readonly permission: string;
  readonly of: string;
}

/**
 * An error of Lambda or SQS as one of the port: by its code (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors), which the
 * library gives as the name.
 */
export function lambdaError(error: unknown, tried: Tried): ProviderError {
  if (error instanceof ProviderError) return error;
  const code = codeOf(error);
  const kind = kindOf(code, error);
  const sentence = SENTENCES[code] ?? BY_KIND[kind];
  const again = secondsIn(error);
  return new ProviderError(kind, sentence(tried, `${saidBy(error)} (${code})`), {
    cause: error,
    ...(again === null ? {} : { retryAfterMs: again * 1_000 }),
  });
}

const BUSY =
  /^(TooManyRequests\w*|Throttl\w*|RequestThrottled\w*|EC2ThrottledException|ResourceConflict\w*|ResourceNotReady\w*)$/;
/** With a status of ours or of theirs: it will not be otherwise until somebody changes the function. */
const CONFIG =
  /^(Invalid(Runtime|ZipFile|SecurityGroupID|SubnetID)Exception|KMS\w+Exception|NoSuchQueue|QueueDoesNotExist)$/;

function kindOf(code: string, error: unknown): ProviderErrorKind {
  if (BUSY.test(code)) return 'transient';
  if (isAboutCredentials(code) || code === 'KMSAccessDeniedException') return 'auth';
  if (CONFIG.test(code)) return 'config';
  return isRefusal(error) ? 'config' : 'transient';
}

/** How long it asked not to be asked again; null: it did not. */
function secondsIn(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('retryAfterSeconds' in error)) return null;
  const seconds = Number(error.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

type Sentence = (tried: Tried, said: string) => string;

const SENTENCES: Readonly<Record<string, Sentence>> = {
  ResourceNotFoundException: ({ of }, said) =>
    `Lambda has no function ${of}: ${said}; errand aws deploy-worker makes one, options.function names another`,
  TooManyRequestsException: ({ of }, said) =>
    `Lambda takes no more invocations of ${of} for now: ${said}; it is asked again`,
};

const BY_KIND: Readonly<Record<ProviderErrorKind, Sentence>> = {
  capacity: (_tried, said) => `AWS has no room for it now: ${said}`,
  quota: (_tried, said) => `a limit of the AWS account is reached: ${said}`,
  auth: ({ permission, of }, said) =>
    `AWS does not let us in: ${said}; the credentials of this control plane need ${permission} on ${of}`,
  config: ({ permission, of }, said) => `AWS refuses it (${permission} on ${of}): ${said}`,
  transient: ({ permission, of }, said) => `AWS did not answer ${permission} on ${of} as it should: ${said}`,
};
