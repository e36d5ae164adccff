import type {
  AgentLink,
  AgentPolicy,
  AttemptName,
  HeldAttempt,
  HelloAnswer,
  Lease,
  PollAnswer,
} from '@errand/contract';
import { Attempt } from './attempt.ts';
import { attemptId } from './attempt-id.ts';
import { machineSocket } from './carried/machine-socket.ts';
import { type Account, baseEnvironment } from './environment.ts';
import { KeeperLine } from './keeper-line.ts';
import { LinkRefusal } from './link-refusal.ts';
import { ModuleHosts } from './module-host/module-hosts.ts';
import { PollLoop } from './poll-loop.ts';
import type { Clock, HostFiles, HostProgram, Keepers, Logger, Scripts, Spool, SpoolEntry } from './ports.ts';
import type { Waiting } from './retry.ts';
import type { FileOrders } from './sessions/file-orders.ts';
import type { FilePlace } from './sessions/file-place.ts';
import type { Hosting, SessionPlace } from './sessions/hosting.ts';
import { draftOf } from './spool-draft.ts';

/** Raised when the control plane could no longer work with an agent of an older number. */
const PROTOCOL = 1;

/** For one that was refused before it was told anything: as short and small as any control plane takes. */
const UNTOLD: HelloAnswer = {
  agentId: '',
  pool: '',
  policy: { leaseMs: 30_000, pollIdleMs: 10_000, pollHeldMs: 10_000, appendBytes: 256 * 1024 },
};

export interface AgentOptions {
  readonly link: AgentLink;
  /** The sessions of this machine; null: it hosts none. */
  readonly sessions?: Hosting | null;
  /** Null: nobody reaches the files of its sessions. */
  readonly files?: FileOrders | null;
  readonly keepers: Keepers;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 to 1; spreads the calls of many agents that lost their control plane at the same moment. */
  readonly random: () => number;
  readonly account: Account;
  /** Values that are masked in all that leaves this machine. */
  readonly secrets: readonly string[];
  readonly scripts: Scripts;
  /** How modules are kept warm: in hosts of its own, or in those of somebody who outlives it and ends them. */
  readonly hosting: { readonly program: HostProgram; readonly files: HostFiles } | ModuleHosts;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Attempts at the same time. */
  readonly slots: number;
  /** Version of this program. */
  readonly program: string;
}

/** An attempt that a command line has begun and this agent shall bring to its end. */
export interface TakeOver {
  readonly lease: Lease;
  /** Path of its `.run` in this agent's spool, without the ending; see `prefixOf`. */
  readonly prefix: string;
  readonly keeperSocket: string;
}

/** How long a command line that hands an attempt over may still need to have it executed. */
const TAKE_OVER_MS = 5_000;

/**
 * Claims runs from a control plane and has them executed by a keeper. Everything that is not a decision (time, files, processes, the
 * network) comes through ports. Commands belong to the keeper: they live on when the agent stops or dies, and the next agent on the
 * same spool goes on with them.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #attempts = new Map<string, Attempt>();
  readonly #lives = new Set<Promise<void>>();
  readonly #lines = new Map<string, KeeperLine>();
  readonly #stop = new AbortController();
  readonly #polls: PollLoop;
  readonly #hosts: ModuleHosts;
  #polling: Promise<unknown> = Promise.resolve();
  #talking: Promise<unknown> = Promise.resolve();
  readonly #refused = Promise.withResolvers<never>();
  #notice: string | undefined;
  #policy: AgentPolicy | undefined;
  #granted: number | undefined;
  #draining = false;
  /** What the poll under way has told the control plane. */
  #toldFree = 0;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#refused.promise.catch(() => {});
    const { link, name, labels, slots, program, scripts } = options;
    this.#hosts = this.#hostsOf(options);
    const able = { hostsSessions: options.sessions != null, movesFiles: options.files != null };
    const self = { protocol: PROTOCOL, name, labels, slots, program, ...able };
    this.#polls = new PollLoop({
      link,
      hello: () => ({ ...self, scripts: scripts.offered, onlyScripts: scripts.only }),
      modules: () => scripts.modules(),
      waiting: this.#waiting(),
      free: () => this.#free(),
      held: () => this.#held(),
      busy: () => this.#lives.size > 0,
      onAnswer: (answer) => this.#carryOut(answer),
    });
  }

  /**
   * Presents itself, takes up what the spool holds, and serves from then on. Resolves when it serves; rejects when the control plane refuses
   * this agent (a `LinkRefusal`) or the agent is stopped meanwhile. One that is refused but holds attempts brings them to their end first.
   */
  async start(): Promise<void> {
    const { spool, scripts } = this.#options;
    await scripts.open();
    const found = spool.list();
    const hello = await this.#polls.hello().catch((error: unknown) => {
      if (error instanceof LinkRefusal && error.letsFinish && found.length > 0) return error;
      throw error;
    });
    const known = hello instanceof LinkRefusal ? UNTOLD : hello;
    if (hello instanceof LinkRefusal)
      this.#options.log.warn('is refused and only finishes what it has', { error: hello.message });
    this.#policy = known.policy;
    this.#granted = known.slots;
    if (this.#ownsHosts) this.#hosts.sweep(new Set(found.flatMap(({ host }) => host ?? [])));
    for (const entry of found) this.#resume(entry, 0);
    scripts.onChange(() => this.#polls.sayHelloAgain());
    const refusal = hello instanceof LinkRefusal ? hello : undefined;
    this.#talking = this.#options.sessions?.run(this.#waiting()).catch(() => {}) ?? Promise.resolve();
    this.#polling = this.#polls.run(known, refusal).catch((error: unknown) => this.#refused.reject(error));
  }

  /** Rejects when the control plane refuses a serving agent (a `LinkRefusal`) and it holds nothing any more; never resolves. */
  get refused(): Promise<never> {
    return this.#refused.promise;
  }

  /** What the control plane told it to keep to; undefined before it has started. */
  get policy(): AgentPolicy | undefined {
    return this.#policy;
  }

  /** How many attempts it serves at once: what it offers, or what the control plane grants. */
  get slots(): number {
    return this.#granted ?? this.#options.slots;
  }

  /** Takes no more attempts; resolves when those it has are over and reported. Then `stop()` it. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#polls.refresh();
    while (this.#lives.size > 0) await Promise.all(this.#lives);
  }

  /** Ends the agent, not its commands. */
  async stop(): Promise<void> {
    this.#options.scripts.close();
    if (this.#ownsHosts) this.#hosts.stop();
    this.#stop.abort();
    await Promise.all([this.#polling, this.#talking, ...this.#lives]);
    await this.#options.files?.stop();
    await this.#options.sessions?.sessions.stop();
    await Promise.all([...this.#lines.values()].map((line) => line.close()));
  }

  /** How many attempts it holds now. */
  get running(): number {
    return this.#attempts.size;
  }

  /** Where the `.run` of an attempt lies in this agent's spool, without the ending. */
  prefixOf(attempt: AttemptName): string {
    return this.#options.spool.prefixOf(attempt);
  }

  /** Goes on with an attempt that a command line has begun and can no longer see to. Repeatable. */
  adopt({ lease, prefix, keeperSocket }: TakeOver): void {
    if (this.#attempts.has(attemptId(lease))) return;
    const { spool, account, secrets } = this.#options;
    // The command inherited the environment of its caller, which is not ours to know, and its folder, which is told where files are to be kept.
    const inherited = { path: null, cwd: lease.cwd ?? '', ownCwd: false };
    const program = lease.argv[0] ?? '';
    const of = {
      claimant: '',
      keeper: keeperSocket,
      account,
      spool,
      secrets,
      program,
      host: null,
      inherits: false,
    };
    const draft = { ...draftOf(lease, of), ...inherited };
    const entry = spool.take(draft, prefix);
    this.#resume(entry, TAKE_OVER_MS);
    this.#polls.refresh();
  }

  #carryOut(answer: PollAnswer): void {
    if (answer.notice !== undefined && answer.notice !== this.#notice) this.#options.log.info(answer.notice);
    this.#notice = answer.notice;
    for (const lease of answer.leases) this.#take(lease);
    for (const order of answer.cancels) this.#find(order)?.cancel(order);
    for (const name of answer.superseded) this.#find(name)?.supersede();
    for (const order of answer.windows) this.#find(order)?.resize(order);
    if (answer.sessionOrders === true) this.#options.sessions?.ask();
    this.#options.files?.take(answer.files ?? [], (runId) => this.#placeOf(runId));
  }

  #hostsOf({ hosting, keepers, account }: AgentOptions): ModuleHosts {
    if (hosting instanceof ModuleHosts) return hosting;
    const line = this.#line(keepers.own);
    return new ModuleHosts({
      ...hosting,
      line,
      waiting: this.#waiting(),
      environment: baseEnvironment(account),
    });
  }

  get #ownsHosts(): boolean {
    return this.#hosts !== this.#options.hosting;
  }

  /** A lease is given again until a poll says that it is held. */
  #take(lease: Lease): void {
    if (this.#find(lease) !== undefined) return;
    const attempt = this.#make(lease);
    this.#live(attempt, attempt.run());
  }

  #resume(entry: SpoolEntry, patienceMs: number): void {
    const attempt = this.#make(entry.lease);
    this.#live(attempt, attempt.resume(entry, patienceMs));
  }

  #make(lease: Lease): Attempt {
    const { link, keepers, spool, account, secrets, scripts, sessions } = this.#options;
    if (this.#policy === undefined) throw new Error('AGENT-2: an attempt before the hello');
    const { machine } = lease;
    const here = lease.session != null && lease.container === undefined && machine === undefined;
    const place = here ? (sessions?.sessions.placeOf(lease.session) ?? null) : undefined;
    return new Attempt(inPlace(lease, place), {
      link,
      keepers,
      keeper: machine === undefined ? keeperOf(place, keepers) : machineSocket(machine),
      inherits: place?.inherits ?? false,
      spool,
      account,
      secrets,
      scripts,
      hosts: this.#hosts,
      policy: this.#policy,
      reachesFiles: this.#options.files != null,
      waiting: this.#waiting(),
      line: (socket) => this.#line(socket),
    });
  }

  #live(attempt: Attempt, life: Promise<void>): void {
    const id = attemptId(attempt.lease);
    this.#attempts.set(id, attempt);
    const over = life
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        this.#options.log.warn('an attempt could not be brought to its end', { id, error: String(error) });
      })
      .finally(() => {
        this.#attempts.delete(id);
        this.#lives.delete(over);
        if (this.#toldFree === 0) this.#polls.refresh();
      });
    this.#lives.add(over);
  }

  #line(socket: string): KeeperLine {
    const line = this.#lines.get(socket) ?? new KeeperLine(this.#options.keepers, socket);
    this.#lines.set(socket, line);
    return line;
  }

  #find(name: AttemptName): Attempt | undefined {
    return this.#attempts.get(attemptId(name));
  }

  #placeOf(runId: string): FilePlace | null {
    const places = [...this.#attempts.values()].map((each) =>
      each.lease.runId === runId ? each.filePlace : null,
    );
    return places.find((place) => place !== null) ?? null;
  }

  #free(): number {
    const free = Math.max(0, this.slots - this.#attempts.size);
    this.#toldFree = this.#draining || this.#polls.isRefused ? 0 : free;
    return this.#toldFree;
  }

  #held(): readonly HeldAttempt[] {
    return [...this.#attempts.values()].flatMap(({ held }) => (held === undefined ? [] : [held]));
  }

  #waiting(): Waiting {
    const { clock, log, random } = this.#options;
    return { clock, log, random, signal: this.#stop.signal };
  }
}

/** `place`: of a session on this machine; null: it is not here; undefined: the lease is of none. */
function keeperOf(place: SessionPlace | null | undefined, { own }: Keepers): string | null {
  return place === undefined ? own : (place?.keeper ?? null);
}

/** A command in a session runs in its folder, with its variables under the command's own. */
function inPlace(lease: Lease, place: SessionPlace | null | undefined): Lease {
  if (place == null) return lease;
  return { ...lease, cwd: lease.cwd ?? place.cwd, env: { ...place.env, ...lease.env } };
}
