import type {
  AgentFact,
  AgentLink,
  AgentPolicy,
  CancelOrder,
  HeldAttempt,
  Lease,
  ReportAnswer,
} from '@errand/contract';
import { attemptId } from './attempt-id.ts';
import { cannotWrite, type EndReason, endOf } from './end-reason.ts';
import { type Account, environmentOf } from './environment.ts';
import { pumpInput } from './input-pump.ts';
import type { KeeperLine } from './keeper-line.ts';
import { KeptAttempt, type KeptOutcome } from './kept-attempt.ts';
import { LogDelivery } from './log-delivery.ts';
import { maskedFact } from './mask/masked-fact.ts';
import { SecretMask } from './mask/secret-mask.ts';
import type { Keeper, Keepers, KillOrder, Spool, SpoolEntry, StartRequest } from './ports.ts';
import { untilAnswered, type Waiting } from './retry.ts';
import { draftOf, secretsOf } from './spool-draft.ts';

/** What an attempt needs of its agent. */
export interface AttemptParts {
  readonly link: AgentLink;
  readonly keepers: Keepers;
  readonly spool: Spool;
  readonly account: Account;
  /** Values of the agent's own that are masked. */
  readonly secrets: readonly string[];
  readonly policy: AgentPolicy;
  readonly waiting: Waiting;
  /** The connection to the keeper of a socket. */
  readonly line: (socket: string) => KeeperLine;
}

/** An attempt that is short is not worth a call that says it runs: its end follows at once. */
const STARTED_LATE_MS = 50;
const PATIENCE_STEP_MS = 200;
/** What a login has. The agent's own is far higher, and programs that close all they may have open would take seconds. */
const OPEN_FILES = 1_024;
/** Canceled after the door, before anything was executed. */
const CANCELED = { kind: 'canceled' } as const;
const SIGNALS = { INT: 2, TERM: 15 } as const;

/**
 * The life of one attempt on this machine, from the lease to the accepted report of its end:
 *
 *     written to the spool -> asked at the door (`starting`) -> executed -> tailed -> ended -> reported -> forgotten
 *
 * A crash of the agent at any point leaves in the spool what the next one needs to go on from there.
 */
export class Attempt {
  readonly lease: Lease;
  readonly #parts: AttemptParts;
  #claimant: string;
  #kept: KeptAttempt | undefined;
  #cancel: HeldAttempt['cancel'] = 'none';
  #order: CancelOrder | undefined;
  #log: LogDelivery | undefined;
  #mask: SecretMask;
  #superseded = false;
  #startedTold = false;
  /** When the answer at the door was asked for. */
  #askedAt = 0;
  #done = false;
  /** Ends what only makes sense while the command runs. */
  readonly #over = new AbortController();

  constructor(lease: Lease, parts: AttemptParts) {
    this.lease = lease;
    this.#parts = parts;
    this.#mask = new SecretMask(secretsOf(lease, parts.secrets));
    this.#claimant = Math.trunc(parts.waiting.random() * Number.MAX_SAFE_INTEGER).toString(36);
  }

  /** What the control plane is told with each poll; undefined once it has said that it wants to know no more of it. */
  get held(): HeldAttempt | undefined {
    const { runId, token } = this.lease;
    return this.#superseded || this.#done ? undefined : { runId, token, cancel: this.#cancel };
  }

  /** Lives from the lease on. Resolves when nothing is left to do; rejects only when the agent stops. */
  run(): Promise<void> {
    return this.#run().finally(() => this.#log?.close());
  }

  async #run(): Promise<void> {
    const { spool } = this.#parts;
    const made = this.#write();
    const permitted = await this.#askAtDoor();
    if (made.entry === null) {
      if (permitted) await this.#report({ kind: 'ended', reason: made.reason, log: null, result: null });
      return;
    }
    if (!permitted || this.#superseded) return spool.remove(made.entry);
    const kept = this.#keep(made.entry);
    const log = this.#deliver(made.entry, 'new');
    const execute = (): Promise<KeptOutcome> =>
      kept.execute(this.#request(made.entry), () => this.#isStillPermitted());
    const outcome = this.#order === undefined ? await execute() : CANCELED;
    await this.#finish(made.entry, log, outcome);
  }

  #askAtDoor(): Promise<boolean> {
    this.#askedAt = this.#parts.waiting.clock.now();
    return this.#report({ kind: 'starting' });
  }

  /** A machine that slept since it asked may find its run given to another long ago; so it asks again. By the wall clock, which sleeps never. */
  async #isStillPermitted(): Promise<boolean> {
    const { waiting, policy } = this.#parts;
    const age = waiting.clock.now() - this.#askedAt;
    return (age >= 0 && age < policy.leaseMs) || (await this.#askAtDoor());
  }

  /**
   * Lives on from what an earlier agent or a command line has left in the spool. `patienceMs`: how long somebody else may still be about to
   * have it executed.
   */
  resume(found: SpoolEntry, patienceMs: number): Promise<void> {
    return this.#resume(found, patienceMs).finally(() => this.#log?.close());
  }

  async #resume(found: SpoolEntry, patienceMs: number): Promise<void> {
    const { spool, waiting } = this.#parts;
    // As it was when the attempt began: what is sent again must be the same.
    this.#mask = new SecretMask(found.secrets);
    const deadline = waiting.clock.now() + patienceMs;
    this.#claimant = found.claimant;
    const log = this.#deliver(found, 'found');
    let entry = found;
    let outcome = await this.#keep(entry).follow();
    while (outcome.kind === 'not_executed' && waiting.clock.now() < deadline && !this.#superseded) {
      await waiting.clock.sleep(PATIENCE_STEP_MS, waiting.signal);
      outcome = await this.#keep(entry).follow();
    }
    if (outcome.kind === 'not_executed') {
      entry = spool.fence(found);
      // Between the question and the fence a keeper may have begun after all.
      if (spool.slots(entry).executedAt !== undefined) outcome = await this.#keep(entry).follow();
      // What the keeper wrote in its last seconds may be lost with the power, so after a reboot nobody knows. One that was not
      // acknowledged is not this agent's to end: its report is refused and its lease is given again.
      else if (entry.boot !== spool.boot) outcome = { kind: 'lost' };
    }
    await this.#finish(entry, log, outcome);
  }

  /** Ends the tree as the control plane wishes; a second order may only hurry. */
  cancel(order: CancelOrder): void {
    if (this.#cancel === 'kill' || (this.#cancel === 'asked' && !order.kill)) return;
    this.#cancel = order.kill ? 'kill' : 'asked';
    this.#order = order;
    this.#kept?.kill(this.#cancelOrder(order));
  }

  resize({ rows, columns }: { rows: number; columns: number }): void {
    this.#kept?.resize({ rows, columns });
  }

  /** Somebody else has the run now: ends the tree and says nothing of it any more. */
  supersede(): void {
    if (this.#superseded) return;
    this.#superseded = true;
    this.#kept?.kill(this.#supersedeOrder());
  }

  /** Everything that must be known after a crash, before anybody is told; or why that is impossible. */
  #write(): { entry: SpoolEntry } | { entry: null; reason: EndReason } {
    const { spool, keepers, account, secrets } = this.#parts;
    const { lease } = this;
    try {
      const claimant = this.#claimant;
      const draft = draftOf(lease, { claimant, keeper: keepers.own, account, spool, secrets });
      return { entry: spool.create(draft) };
    } catch (error) {
      return { entry: null, reason: cannotWrite(error) };
    }
  }

  #keep(entry: SpoolEntry): KeptAttempt {
    const kept = new KeptAttempt({
      line: this.#parts.line(entry.keeper),
      spool: this.#parts.spool,
      entry,
      waiting: this.#parts.waiting,
      onStarted: (at) => this.#started(at ?? this.#parts.spool.slots(entry).executedAt),
      onGrew: (size) => this.#log?.grew(size),
      onKeeper: (keeper, accepted) => this.#feed(entry, keeper, accepted),
    });
    this.#kept = kept;
    if (this.#superseded) kept.kill(this.#supersedeOrder());
    else if (this.#order !== undefined) kept.kill(this.#cancelOrder(this.#order));
    return kept;
  }

  #deliver(entry: SpoolEntry, known: 'new' | 'found'): LogDelivery {
    const { link, spool, policy, waiting } = this.#parts;
    this.#log = new LogDelivery({
      link,
      entry,
      log: spool.openLog(entry),
      mask: this.#mask,
      appendBytes: policy.appendBytes,
      found: known === 'found',
      waiting,
      onSuperseded: () => this.supersede(),
    });
    return this.#log;
  }

  #request(entry: SpoolEntry): StartRequest {
    const { lease } = this;
    const env = environmentOf(lease, this.#parts.account);
    return {
      id: attemptId(lease),
      prefix: entry.prefix,
      ...(entry.lease.logPlace === null ? {} : { logPrefix: entry.lease.logPlace }),
      argv: lease.argv,
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      envBase: 'clean',
      cwd: entry.cwd,
      stdin: lease.stdin === 'stream' ? 'stream' : 'null',
      capBytes: lease.maxLogBytes,
      timeoutMs: lease.timeoutMs ?? 0,
      graceMs: lease.graceMs,
      openFiles: OPEN_FILES,
      keepChildren: lease.keepChildren,
      ...(lease.tty === null ? {} : { tty: { ...lease.tty } }),
    };
  }

  /** Told late, so that a short command costs no call for it; never waited for. */
  #started(at: number | undefined): void {
    if (at === undefined || this.#startedTold) return;
    this.#startedTold = true;
    const tell = async (): Promise<void> => {
      await this.#parts.waiting.clock.sleep(STARTED_LATE_MS, this.#over.signal);
      if (!this.#over.signal.aborted) await this.#report({ kind: 'started', at }, this.#whileItRuns());
    };
    tell().catch(() => {});
  }

  #feed(entry: SpoolEntry, keeper: Keeper, accepted: number): void {
    if (this.lease.stdin !== 'stream') return;
    const { link, policy } = this.#parts;
    const waitMs = policy.pollHeldMs;
    pumpInput({ link, entry, keeper, accepted, waitMs, waiting: this.#whileItRuns() }).catch(() => {});
  }

  /** The last bytes, then the end, then nothing of it is left here. */
  async #finish(entry: SpoolEntry, log: LogDelivery, outcome: KeptOutcome | typeof CANCELED): Promise<void> {
    // With a reason, because without one an error with a stack is made.
    this.#over.abort('over');
    if (outcome.kind === 'lost') await this.#endOrphans();
    if (!this.#superseded) await this.#reportEnd(entry, log, outcome);
    this.#done = true;
    this.#kept?.forget();
    await this.#parts.spool.remove(entry);
  }

  async #reportEnd(
    entry: SpoolEntry,
    log: LogDelivery,
    outcome: KeptOutcome | typeof CANCELED,
  ): Promise<void> {
    if (outcome.kind === 'not_executed') {
      await this.#report({ kind: 'not_executed' });
      return;
    }
    const { reason, bytes, truncated } = endOf(outcome, entry, log);
    const delivered = await log.finish(bytes);
    if (delivered !== 'superseded') {
      await this.#report({ kind: 'ended', reason, log: { ...delivered, truncated }, result: null });
    }
  }

  /** The keeper is dead, but the tree may not be. */
  async #endOrphans(): Promise<void> {
    const { keepers, waiting } = this.#parts;
    const found = await keepers.endOrphans(this.lease);
    const { runId, token } = this.lease;
    waiting.log.warn('the keeper of an attempt died; its end is not known', { runId, token, ended: found });
  }

  async #report(seen: AgentFact, waiting: Waiting = this.#parts.waiting): Promise<boolean> {
    const name = { runId: this.lease.runId, token: this.lease.token, claimant: this.#claimant };
    const fact = maskedFact(seen, this.#mask);
    const ask = (): Promise<ReportAnswer> => this.#parts.link.report({ ...name, fact });
    const answer = await untilAnswered(`report ${fact.kind}`, ask, waiting);
    return answer.kind === 'accepted';
  }

  #whileItRuns(): Waiting {
    const { waiting } = this.#parts;
    return { ...waiting, signal: AbortSignal.any([waiting.signal, this.#over.signal]) };
  }

  #cancelOrder({ signal, kill }: CancelOrder): KillOrder {
    return { signal: SIGNALS[signal], graceMs: kill ? 0 : this.lease.graceMs, cause: 'canceled' };
  }

  #supersedeOrder(): KillOrder {
    return { signal: SIGNALS.TERM, graceMs: this.lease.graceMs, cause: 'superseded' };
  }
}
