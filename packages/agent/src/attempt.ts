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
import { relayedKill } from './container/relayed.ts';
import { cannotWrite, type EndReason, endOf } from './end-reason.ts';
import { CallRefusal, Execution, type ExecutionParts } from './execution.ts';
import { pumpInput } from './input-pump.ts';
import type { KeeperLine } from './keeper-line.ts';
import { KeptAttempt } from './kept-attempt.ts';
import { LogDelivery } from './log-delivery.ts';
import { maskedFact } from './mask/masked-fact.ts';
import { SecretMask } from './mask/secret-mask.ts';
import type { Outcome } from './outcome.ts';
import type { Keeper, Keepers, KillOrder, Spool, SpoolEntry } from './ports.ts';
import { reportedResult } from './reported-result.ts';
import { untilAnswered, type Waiting } from './retry.ts';
import type { FilePlace } from './sessions/file-place.ts';
import { draftOf, secretsOf } from './spool-draft.ts';

interface Ending {
  readonly entry: SpoolEntry;
  readonly execution: Execution;
  readonly log: LogDelivery;
}

/** What an attempt needs of its agent. */
export interface AttemptParts extends ExecutionParts {
  readonly link: AgentLink;
  readonly keepers: Keepers;
  /** Socket of the keeper for a new attempt; null: that of a session which does not run here. */
  readonly keeper: string | null;
  readonly spool: Spool;
  /** Can the control plane order files? */
  readonly reachesFiles: boolean;
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
/** Canceled after the door, before anything was executed. */
const CANCELED = { kind: 'canceled' } as const;
const NOT_HERE = 'its session does not run on this machine (any more)';
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
  #filePlace: FilePlace | null = null;
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

  /** Where its files are, while its end is being reported and some of them are to be kept. */
  get filePlace(): FilePlace | null {
    return this.#filePlace;
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
    const { entry, execution } = made;
    if (!permitted || this.#superseded) {
      execution.release();
      return spool.remove(entry);
    }
    const log = this.#deliver(entry, 'new');
    await this.#finish({ entry, execution, log }, await this.#execute(entry, execution));
  }

  async #execute(entry: SpoolEntry, execution: Execution): Promise<Outcome> {
    const kept = this.#keep(entry);
    try {
      await execution.prepare();
    } catch (error) {
      this.#parts.waiting.signal.throwIfAborted();
      return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
    }
    if (this.#order !== undefined || this.#superseded) return CANCELED;
    return await kept.execute(execution.request(this.lease, entry), () => this.#isStillPermitted());
  }

  #askAtDoor(): Promise<boolean> {
    this.#askedAt = this.#parts.waiting.clock.now();
    return this.#report({ kind: 'starting' });
  }

  /** A machine that slept since it asked may find its run given to another long ago; so it asks again. By the wall clock, which sleeps never. */
  async #isStillPermitted(): Promise<boolean> {
    const { waiting, policy } = this.#parts;
    const age = waiting.clock.now() - this.#askedAt;
    if (age >= 0 && age < policy.leaseMs) return true;
    const permitted = await this.#askAtDoor();
    // Its keeper may have begun all the same, at an order of before: then it is to end.
    if (!permitted) this.supersede();
    return permitted;
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
    this.#claimant = found.claimant;
    const log = this.#deliver(found, 'found');
    const execution = Execution.found(found, this.#parts);
    let entry = found;
    // What was fenced before it was executed stays unexecuted, whatever a keeper says that came too late to find it.
    const fenced = spool.isFenced(found) && spool.slots(found).executedAt === undefined;
    const deadline = waiting.clock.now() + (fenced ? 0 : patienceMs);
    let outcome: Outcome = fenced ? { kind: 'not_executed' } : await this.#keep(entry).follow();
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
    await this.#finish({ entry, execution, log }, outcome);
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
  #write():
    | { readonly entry: SpoolEntry; readonly execution: Execution }
    | { readonly entry: null; readonly reason: EndReason } {
    const { spool, keeper, account, secrets, inherits } = this.#parts;
    if (keeper === null) return { entry: null, reason: { kind: 'refused', why: NOT_HERE } };
    let execution: Execution | undefined;
    try {
      execution = Execution.of(this.lease, this.#parts);
      const { host, argv } = execution;
      const program = argv[0] ?? '';
      const claimant = this.#claimant;
      const of = { claimant, keeper, account, spool, secrets, program, host, inherits };
      return { entry: spool.create(draftOf(this.lease, of)), execution };
    } catch (error) {
      execution?.release();
      if (error instanceof CallRefusal) {
        return { entry: null, reason: { kind: 'refused', why: error.message.slice(0, 2_000) } };
      }
      return { entry: null, reason: cannotWrite(error) };
    }
  }

  #keep(entry: SpoolEntry): KeptAttempt {
    const kept = new KeptAttempt({
      id: attemptId(this.lease),
      line: this.#parts.line(entry.keeper),
      slots: () => this.#parts.spool.slots(entry),
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
  async #finish({ entry, execution, log }: Ending, outcome: Outcome): Promise<void> {
    // With a reason, because without one an error with a stack is made.
    this.#over.abort('over');
    if (outcome.kind === 'lost') await this.#endOrphans();
    const settled = await execution.settle(outcome, entry);
    if (!this.#superseded) await this.#reportEnd(entry, log, settled);
    this.#done = true;
    this.#kept?.forget();
    await this.#parts.spool.remove(entry);
  }

  async #reportEnd(entry: SpoolEntry, log: LogDelivery, outcome: Outcome): Promise<void> {
    if (outcome.kind === 'not_executed') {
      await this.#report({ kind: 'not_executed' });
      return;
    }
    const { reason, bytes, truncated } = endOf(outcome, entry, log);
    const delivered = await log.finish(bytes);
    if (delivered === 'superseded') return;
    const result = outcome.kind === 'ended' ? await reportedResult(entry, this.#parts.spool) : null;
    const ended = { kind: 'ended', reason, log: { ...delivered, truncated }, result } as const;
    if (entry.lease.artifacts !== true) await this.#report(ended);
    else {
      this.#filePlace = this.#placeFor(entry);
      const files = this.#filePlace !== null || entry.lease.container !== undefined;
      await this.#report({ ...ended, files });
      this.#filePlace = null;
    }
  }

  /** An agent that only serves scripts keeps what they made, not what else lies on its machine. */
  #placeFor({ cwd, ownCwd, lease }: SpoolEntry): FilePlace | null {
    const { reachesFiles, scripts } = this.#parts;
    // Of what runs elsewhere the folder names something else here.
    const here = lease.container === undefined && lease.machine === undefined;
    if (!reachesFiles || cwd === '' || !here) return null;
    return scripts.only && !ownCwd ? null : { root: cwd, cwd };
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
    const graceMs = kill ? 0 : this.lease.graceMs;
    return this.#passedOn({ signal: SIGNALS[signal], graceMs, cause: 'canceled' });
  }

  #supersedeOrder(): KillOrder {
    return this.#passedOn({ signal: SIGNALS.TERM, graceMs: this.lease.graceMs, cause: 'superseded' });
  }

  #passedOn(order: KillOrder): KillOrder {
    if (this.lease.container !== undefined) return relayedKill(order);
    return this.lease.tty === null ? order : { ...order, hangsUp: true };
  }
}
