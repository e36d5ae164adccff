import type { IncomingMessage } from 'node:http';

const VERSION = '/2015-02-01/';

/** Calls of EFS do not name their action; method and path do. */
const ACTIONS: Readonly<Record<string, string>> = {
  'POST access-points': 'CreateAccessPoint',
  'GET access-points': 'DescribeAccessPoints',
  'DELETE access-points': 'DeleteAccessPoint',
  'POST resource-tags': 'TagResource',
};

export function isEfs({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(VERSION);
}

export function efsAction({ method = '', url = '' }: IncomingMessage): string {
  const [what = ''] = url.slice(VERSION.length).split(/[/?]/);
  return ACTIONS[`${method} ${what}`] ?? method;
}

/** What EFS answers to a token that it has seen, also where everything else is the same (docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html). */
export function efsTwice(id: string): { readonly status: 400; readonly body: Record<string, string> } {
  const ErrorCode = 'AccessPointAlreadyExists';
  const Message = 'an access point with this token exists';
  return { status: 400, body: { __type: ErrorCode, ErrorCode, Message, AccessPointId: id } };
}
