import type { Lease } from '@errand/contract';
import { attemptId } from './attempt-id.ts';
import { carriedOutcome } from './carried/carried-outcome.ts';
import { machineResult } from './carried/machine-script.ts';
import { relayedOutcome, relayOf } from './container/relayed.ts';
import { type Account, environmentOf, MACHINE_ACCOUNT, ownVariables } from './environment.ts';
import type { ModuleHost } from './module-host/module-host.ts';
import type { ModuleHosts, Reservation } from './module-host/module-hosts.ts';
import type { Outcome } from './outcome.ts';
import type { ResolvedCall, Scripts, Spool, SpoolEntry, StartRequest } from './ports.ts';

/** What a login has. The agent's own is far higher, and programs that close all they may have open would take seconds. */
const OPEN_FILES = 1_024;
/** The relay's own: it found no host, or lost it. */
const RELAY_FAILED = 125;

function insideVariables(lease: Lease): Readonly<Record<string, string>> {
  const { session, tty } = lease;
  const known = {
    ...(session == null ? {} : { ERRAND_SESSION: session }),
    ...(tty === null ? {} : { TERM: 'xterm-256color' }),
  };
  return { ...known, ...ownVariables(lease) };
}

/** A lease that this agent does not execute; the message says why. */
export class CallRefusal extends Error {
  override readonly name = 'CallRefusal';
}

export interface ExecutionParts {
  readonly account: Account;
  readonly scripts: Scripts;
  readonly hosts: ModuleHosts;
  readonly spool: Pick<Spool, 'insideOf'>;
  /** Commands have the environment of their keeper, which is in a container. */
  readonly inherits: boolean;
}

/** What one attempt executes: a command, or one call of a module, which a warm host of its own serves and a small command relays. */
export class Execution {
  readonly #parts: ExecutionParts;
  readonly #call: Exclude<ResolvedCall, { kind: 'refused' }> | undefined;
  readonly #reservation: Reservation | undefined;
  readonly #host: ModuleHost | undefined;

  private constructor(
    parts: ExecutionParts,
    what: {
      readonly call?: Exclude<ResolvedCall, { kind: 'refused' }>;
      readonly reservation?: Reservation | undefined;
      readonly host?: ModuleHost | undefined;
    },
  ) {
    this.#parts = parts;
    this.#call = what.call;
    this.#reservation = what.reservation;
    this.#host = what.host;
  }

  /** Throws a `CallRefusal` where this agent will not execute the lease. */
  static of(lease: Lease, parts: ExecutionParts): Execution {
    const call = parts.scripts.resolve(lease);
    if (call.kind === 'refused') throw new CallRefusal(call.why);
    if (call.kind === 'command') return new Execution(parts, { call });
    if (lease.machine !== undefined)
      throw new CallRefusal('a module is executed by an agent, and the machine of this session has none');
    const reservation = parts.hosts.reserve(call.place);
    return new Execution(parts, { call, reservation, host: reservation.host });
  }

  /** What an earlier agent has begun. */
  static found({ host }: SpoolEntry, parts: ExecutionParts): Execution {
    return new Execution(parts, host === null ? {} : { host: parts.hosts.find(host) });
  }

  /** The name of the host, to be written down before it is used. */
  get host(): string | null {
    return this.#host?.id ?? null;
  }

  get argv(): readonly string[] {
    if (this.#reservation !== undefined) return this.#parts.hosts.callOf(this.#reservation);
    return this.#call?.kind === 'command' ? this.#call.argv : [];
  }

  /** Rejects with a sentence where there is nothing that could execute it. */
  async prepare(): Promise<void> {
    if (this.#reservation !== undefined) await this.#parts.hosts.start(this.#reservation);
  }

  request(lease: Lease, entry: SpoolEntry): StartRequest {
    const { container, machine } = lease;
    const { inherits } = this.#parts;
    const here = container === undefined && machine === undefined;
    const account = machine === undefined ? this.#parts.account : MACHINE_ACCOUNT;
    const env = {
      // In a container the rest is as its image and its session have it.
      ...(container === undefined && !inherits ? environmentOf(lease, account) : {}),
      ...(here && !inherits ? {} : insideVariables(lease)),
      ...this.#call?.env,
      // In a container its keeper names one.
      ...(here ? { ERRAND_RESULT: entry.result } : {}),
      ...(machine === undefined ? {} : { ERRAND_RESULT: machineResult(attemptId(lease)) }),
    };
    const request: StartRequest = {
      id: attemptId(lease),
      prefix: entry.prefix,
      ...(entry.lease.logPlace === null ? {} : { logPrefix: entry.lease.logPlace }),
      argv: this.argv,
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      envBase: inherits ? 'inherit' : 'clean',
      cwd: entry.cwd,
      stdin: lease.stdin === 'stream' ? 'stream' : 'null',
      capBytes: lease.maxLogBytes,
      timeoutMs: lease.timeoutMs ?? 0,
      graceMs: lease.graceMs,
      openFiles: OPEN_FILES,
      keepChildren: lease.keepChildren,
      ...(lease.tty === null ? {} : { tty: { ...lease.tty } }),
    };
    return container === undefined
      ? request
      : relayOf(request, { binary: this.#parts.hosts.keeper, entry, container });
  }

  /** Nothing will be executed. */
  release(): void {
    if (this.#reservation !== undefined) this.#parts.hosts.release(this.#reservation);
  }

  /**
   * Sees to the host once its call is over: one that can serve again is given back; another is ended, and the outcome then counts what is left of
   * both trees. Rejects only when the agent stops.
   */
  async settle(outcome: Outcome, entry: SpoolEntry): Promise<Outcome> {
    if (entry.lease.container !== undefined)
      return relayedOutcome(outcome, this.#parts.spool.insideOf(entry));
    if (entry.lease.machine !== undefined) return carriedOutcome(outcome, this.#parts.spool.insideOf(entry));
    const host = this.#host;
    if (host === undefined) return outcome;
    if (outcome.kind !== 'ended') {
      host.end().catch(() => {});
      return outcome;
    }
    const { end } = outcome;
    const served = end.cause === undefined && end.how.kind === 'exited' && end.how.code !== RELAY_FAILED;
    if (served && this.#reservation !== undefined && host.takesCalls()) {
      this.#parts.hosts.giveBack(host);
      return outcome;
    }
    // One that ends by itself gives what its module has left behind the time to end too.
    const { left, outOfMemory } = await (served && !host.takesCalls() ? host.gone() : host.end());
    return { kind: 'ended', end: { ...end, left: end.left + left, oom: end.oom || outOfMemory } };
  }
}
