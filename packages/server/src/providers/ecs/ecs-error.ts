import { ProviderError, type ProviderErrorKind } from '@errand/core';
import { codeOf, isAboutCredentials, isRefusal, saidBy } from '../by-agent/aws-error.ts';

/**
 * An error of ECS or EFS as one of the port: by its code, which the library gives as the name (docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html),
 * and where ECS has one code for much, by its sentence. `about`: what was tried, such as `ecs:RunTask`, which is also the name of the permission.
 */
export function ecsError(error: unknown, about: string): ProviderError {
  if (error instanceof ProviderError) return error;
  const code = codeOf(error);
  const said = saidBy(error);
  const kind = kindOf(code, said, error);
  return new ProviderError(kind, SENTENCES[kind](about, `${said} (${code})`), { cause: error });
}

/** What RunTask answers in place of a task (docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html). */
export function failureOf(reason: string, detail: string | undefined): ProviderError {
  const said = detail === undefined ? reason : `${reason}: ${detail}`;
  const kind: ProviderErrorKind = /^(RESOURCE:|AGENT$|ATTRIBUTE$|Capacity is unavailable)/i.test(reason)
    ? 'capacity'
    : 'config';
  return new ProviderError(kind, SENTENCES[kind]('ecs:RunTask', said));
}

const CAPACITY =
  /capacity is unavailable|no container instances|insufficient (cpu|memory)|No Container Instances were found/i;
// ConflictException: made before, by a call whose answer was lost and that was not the same in every byte: it will be found.
const BUSY =
  /^(Throttl\w*|TooManyRequests\w*|RequestLimitExceeded|SlowDown|ServerException|InternalServerError|ConflictException)$/;
const QUOTA = /^(LimitExceededException|ServiceQuotaExceededException|\w*LimitExceeded)$/;

function kindOf(code: string, said: string, error: unknown): ProviderErrorKind {
  if (BUSY.test(code)) return 'transient';
  if (isAboutCredentials(code)) return 'auth';
  if (QUOTA.test(code) || /limit (has been )?(exceeded|reached)|reached the limit/i.test(said))
    return 'quota';
  if (CAPACITY.test(said)) return 'capacity';
  return isRefusal(error) ? 'config' : 'transient';
}

const SENTENCES: Readonly<Record<ProviderErrorKind, (about: string, said: string) => string>> = {
  capacity: (_about, said) =>
    `ECS has no room for it now: ${said}; another size may be had, or more subnets in errand.yaml`,
  quota: (_about, said) => `a limit of the AWS account is reached: ${said}`,
  auth: (about, said) =>
    `AWS does not let us in: ${said}; the credentials of this control plane need ${about}`,
  config: (about, said) => `ECS refuses it (${about}): ${said}`,
  transient: (about, said) => `AWS did not answer ${about} as it should: ${said}`,
};
