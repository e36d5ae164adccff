import type { STSClient } from '@aws-sdk/client-sts';
import { ErrandError } from '@errand/core';

const ARN = /^arn:[\w-]+:iam::\d+:role\/\S+$/;
const NAME = /^[\w+=,.@/-]{1,200}$/;
const CALLER = /^arn:([\w-]+):/;

/** The ARN of a role of this account by its name, with its path if it has one; an ARN stays as it is. sts:GetCallerIdentity, which everybody may call. */
export async function roleArn(client: () => Promise<STSClient>, role: string): Promise<string> {
  if (ARN.test(role)) return role;
  if (role.startsWith('arn:') || !NAME.test(role))
    throw new ErrandError('invalid', `${role} is no role: give its name, or arn:aws:iam::ACCOUNT:role/NAME`);
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const { Account, Arn = '' } = await (await client()).send(new GetCallerIdentityCommand({}));
  return `arn:${CALLER.exec(Arn)?.[1] ?? 'aws'}:iam::${Account ?? ''}:role/${role}`;
}
