import type { Lease } from '@errand/contract';
import { argvOf, type LogStore, type RunRecord } from '@errand/core';

export interface LeaseParts {
  readonly logs: Pick<LogStore, 'place'>;
  readonly unseal: (sealed: string) => string;
  /** Id of the control plane's own agent, whose keeper may write logs straight into the store; null where it has none. */
  readonly ownAgentId: () => string | null;
}

/** What the agent that holds the run needs to execute its present attempt. */
export function leaseOf(parts: LeaseParts, run: RunRecord): Lease {
  const { spec } = run;
  const secrets = Object.entries(spec.sealedEnv).map(([name, sealed]) => [name, parts.unseal(sealed)]);
  const own = run.attempt !== null && run.attempt.agentId === parts.ownAgentId();
  // With secrets the agent must see the bytes before the store has them.
  const straight = own && secrets.length === 0;
  return {
    runId: run.id,
    token: run.token,
    argv: argvOf(spec.command),
    env: { ...spec.env, ...Object.fromEntries(secrets) },
    secretNames: Object.keys(spec.sealedEnv),
    cwd: spec.cwd,
    stdin: spec.stdin === 'stream' ? 'stream' : 'none',
    timeoutMs: spec.timeoutMs,
    graceMs: spec.graceMs,
    maxLogBytes: spec.maxLogBytes,
    keepChildren: spec.keepChildren,
    tty: spec.tty,
    logPlace: straight ? parts.logs.place({ runId: run.id, token: run.token }) : null,
    script: null,
  };
}
