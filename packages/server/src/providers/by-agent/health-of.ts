import type { Health } from '@errand/core';
import type { HostedByAgent } from './agent-ports.ts';

/** What an agent says of the health of a session, as the port has it. */
export function healthOf({ ok, failed, why }: NonNullable<HostedByAgent['health']>): Health {
  if (ok) return { kind: 'ok' };
  return failed ? { kind: 'failed', why } : { kind: 'not_yet', why };
}
