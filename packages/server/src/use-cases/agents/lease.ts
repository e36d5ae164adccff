import type { Lease, ScriptCall } from '@errand/contract';
import { argEnvironment, argVariable } from '@errand/contract/wire';
import { argvOf, type LogStore, type RunRecord, type ScriptStore, type SessionStore } from '@errand/core';

export interface LeaseParts {
  readonly logs: Pick<LogStore, 'place'>;
  readonly unseal: (sealed: string) => string;
  /** Id of the control plane's own agent, whose keeper may write logs straight into the store; null where it has none. */
  readonly ownAgentId: () => string | null;
}

/** What the agent that holds the run needs to execute its present attempt; without the source of a module, see {@link withSources}. */
export function leaseOf(parts: LeaseParts, run: RunRecord): Lease {
  const { spec } = run;
  const secrets = Object.fromEntries(
    Object.entries(spec.sealedEnv).map(([name, sealed]) => [name, parts.unseal(sealed)]),
  );
  const own = run.attempt !== null && run.attempt.agentId === parts.ownAgentId();
  // With secrets the agent must see the bytes before the store has them.
  const straight = own && Object.keys(secrets).length === 0;
  const script = scriptCallOf(run, secrets);
  return {
    runId: run.id,
    token: run.token,
    argv: argvOf(spec.command),
    env: { ...spec.env, ...(script === null ? {} : argEnvironment(script.args)), ...secrets },
    secretNames: Object.keys(spec.sealedEnv),
    cwd: spec.cwd,
    stdin: spec.stdin === 'stream' ? 'stream' : 'none',
    timeoutMs: spec.timeoutMs,
    graceMs: spec.graceMs,
    maxLogBytes: spec.maxLogBytes,
    keepChildren: spec.keepChildren,
    tty: spec.tty,
    session: spec.session ?? run.attempt?.session ?? null,
    logPlace: straight ? parts.logs.place({ runId: run.id, token: run.token }) : null,
    script,
    ...((spec.artifacts ?? []).length === 0 ? {} : { artifacts: true }),
  };
}

/**
 * Leases of runs in sessions with the container, or the machine, that the session is now. One whose session does not run has none and is refused by its
 * agent. What was made for the run only now gives it its variables, under all others; a session that was there before gave them at submission.
 */
export async function withPlaces(
  { sessions }: { readonly sessions: Pick<SessionStore, 'get'> },
  leases: readonly Lease[],
): Promise<readonly Lease[]> {
  if (!leases.some(({ session }) => session != null)) return leases;
  return await Promise.all(
    leases.map(async (lease) => {
      const session = lease.session == null ? null : await sessions.get(lease.session);
      if (session === null) return lease;
      const env = session.run === null ? lease.env : { ...session.spec.env, ...lease.env };
      const { container, machine } = session.agent ?? {};
      if (machine !== undefined) return { ...lease, env, machine };
      return container === undefined ? { ...lease, env } : { ...lease, env, container };
    }),
  );
}

/** Leases with the sources of the modules that the agent does not have. */
export async function withSources(
  { scripts }: { readonly scripts: Pick<ScriptStore, 'module'> },
  leases: readonly Lease[],
  known: readonly string[],
): Promise<readonly Lease[]> {
  if (!leases.some(({ script }) => needsSource(script, known))) return leases;
  return await Promise.all(
    leases.map(async (lease) => {
      const { script } = lease;
      if (script === null || script.sha256 === null || !needsSource(script, known)) return lease;
      return { ...lease, script: { ...script, text: await scripts.module(script.sha256) } };
    }),
  );
}

function needsSource(script: ScriptCall | null, known: readonly string[]): boolean {
  return script?.source === 'module' && script.sha256 !== null && !known.includes(script.sha256);
}

function scriptCallOf({ spec }: RunRecord, secrets: Readonly<Record<string, string>>): ScriptCall | null {
  const { command, script } = spec;
  // A run that a server of an earlier version stored says nothing of scripts.
  if (script == null) return null;
  const hidden = script.secretArgs.map((name) => [name, secrets[argVariable(name)]]);
  return {
    name: script.name,
    args: { ...script.args, ...Object.fromEntries(hidden) },
    sha256: command.kind === 'module' ? command.sha256 : script.sha256,
    source: command.kind === 'module' || command.kind === 'offered' ? command.kind : 'command',
    text: null,
    result: script.result && { from: script.result.from },
  };
}
