import { join } from 'node:path';
import type { HostedSession, SessionOrder } from '@errand/contract';
import { createRunFile } from '../keeper/spool-files.ts';
import type { Keeper, Keepers, Logger } from '../ports.ts';
import type { FilePlace } from './file-place.ts';
import type { SessionPlace } from './hosting.ts';
import { runOnce } from './run-once.ts';
import {
  leaseLeftMs,
  makeFolder,
  readMark,
  readSession,
  removeFolder,
  removeLease,
  type SessionFile,
  type SessionFolder,
  sessionFolder,
  writeLease,
  writeSession,
} from './session-folder.ts';
import { type HealthSight, lookAtHealth, NOT_LOOKED } from './session-health.ts';
import { choosePorts } from './session-ports.ts';
import { endTree, type SessionProcess } from './session-tree.ts';
import { startWatchdog } from './watchdog.ts';

export interface HostedParts {
  readonly data: string;
  /** The keeper that starts the keepers of sessions. */
  readonly keepers: Pick<Keepers, 'open' | 'connect'>;
  readonly binary: string;
  /** The socket of a session's own keeper. */
  readonly socketOf: (sessionId: string) => string;
  readonly log: Logger;
  /** Ports of this machine that other sessions have. */
  readonly taken: () => ReadonlySet<number>;
  readonly changed: () => void;
}

/** How long commands have between TERM and KILL when their session ends. */
const GRACE_MS = 5_000;
const STARTED_MS = 15_000;
const LOOK_MS = 25;

/**
 * $1: the folder, $2: the keeper, $3: its socket. First the mark, which the watchdog and the next agent know it by; then a keeper, again when it
 * ended: it does so when no command ran and nobody was connected for a minute.
 */
const ANCHOR = `
mark=
while read -r a b c soft rest; do
  [ "$a $b $c" = 'Max file locks' ] && [ "$soft" != unlimited ] && mark=$((soft >> 22))
done < /proc/self/limits
[ -n "$mark" ] && [ "$mark" != 0 ] && echo "$mark" > "$1/mark" || exit 1
while :; do "$2" serve "$3" > /dev/null 2>&1; sleep 1; done
`;

/** One session on this machine: its folder, the tree of its processes, its lease, its health. */
export class Hosted {
  readonly id: string;
  readonly folder: SessionFolder;
  readonly #parts: HostedParts;
  #file: SessionFile | null;
  #state: HostedSession['state'];
  #problem: string | null = null;
  #health: HealthSight | null = null;
  /** Orders one after the other; a later one waits for the end of the one before. */
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(id: string, parts: HostedParts) {
    this.id = id;
    this.#parts = parts;
    this.folder = sessionFolder(parts.data, id);
    this.#file = readSession(this.folder);
    this.#state = this.#file?.wanted === 'kept' ? 'kept' : 'ended';
  }

  /** After a start of the agent: what still runs is taken up. */
  resume(processes: readonly SessionProcess[]): void {
    if (this.#state !== 'ended' || !this.#runs(processes)) return;
    this.#state = 'running';
    startWatchdog(this.#parts.data);
    void this.#watchHealth();
  }

  get outerPorts(): readonly number[] {
    return this.#file?.ports.map(({ outerPort }) => outerPort) ?? [];
  }

  report(processes: readonly SessionProcess[]): HostedSession {
    // Its processes are gone, and nobody here asked for that: the watchdog did, or somebody killed them.
    if (this.#state === 'running' && !this.#runs(processes)) this.#state = 'ended';
    const mark = readMark(this.folder);
    const own = processes.filter((each) => each.mark === mark);
    return {
      sessionId: this.id,
      tag: this.#file?.tag ?? '',
      key: this.#file?.key ?? '',
      state: this.#state,
      problem: this.#problem,
      leaseLeftMs: leaseLeftMs(this.folder) ?? 0,
      ports: this.#file?.ports ?? [],
      health: this.#file?.health == null ? null : (this.#health ?? NOT_LOOKED),
      cpuMs: own.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    };
  }

  place(): SessionPlace | null {
    if (this.#state !== 'running' || this.#file === null) return null;
    return {
      keeper: this.#parts.socketOf(this.id),
      cwd: this.folder.files,
      env: environmentOf(this.id, this.#file),
      inherits: false,
    };
  }

  filePlace(): FilePlace | null {
    if (this.#state !== 'running') return null;
    return { root: this.folder.files, cwd: this.folder.files };
  }

  /** Makes or starts it. A repeat for the same key changes nothing. */
  run(order: Extract<SessionOrder, { kind: 'run' }>): void {
    if (this.#file?.key === order.key && (this.#state === 'running' || this.#state === 'making')) return;
    this.#become('making');
    // Written before anybody is told that the order was taken.
    makeFolder(this.folder);
    writeLease(this.folder, order.leaseMs);
    this.#write({ ...fileOf(order), starts: (this.#file?.starts ?? 0) + 1, ports: this.#file?.ports ?? [] });
    this.#then(() => this.#start(order));
  }

  renew(leaseMs: number): void {
    if (this.#state !== 'running' && this.#state !== 'making') return;
    writeLease(this.folder, leaseMs);
    // It may have ended after a lease that ran out with nothing left to kill.
    startWatchdog(this.#parts.data);
  }

  stop(): void {
    if (this.#state === 'stopping' || this.#state === 'kept' || this.#state === 'ending') return;
    this.#become('stopping');
    if (this.#file !== null) this.#write({ ...this.#file, wanted: 'kept' });
    this.#then(async () => {
      if (await this.#endTree()) this.#become('kept');
    });
  }

  /** Resolves when nothing is left of it. */
  async end(): Promise<void> {
    this.#become('ending');
    const gone = Promise.withResolvers<void>();
    this.#then(async () => {
      while (!(await this.#endTree()))
        this.#parts.log.warn('processes of a session do not end', { id: this.id });
      removeFolder(this.folder);
      gone.resolve();
    });
    await gone.promise;
  }

  /** Looks no more; the session goes on. */
  async leave(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  async #start(order: Extract<SessionOrder, { kind: 'run' }>): Promise<void> {
    this.#problem = null;
    this.#health = null;
    // What is left of the start before: the watchdog or a crash may have left something half ended.
    await this.#endTree();
    const file = this.#present();
    const ports = file.ports.length > 0 ? file.ports : await choosePorts(order.ports, this.#parts.taken());
    this.#write({ ...file, ports });
    writeLease(this.folder, order.leaseMs);
    startWatchdog(this.#parts.data);
    await this.#startKeeper(file);
    this.#become('running');
    void this.#watchHealth();
  }

  async #startKeeper({ starts }: SessionFile): Promise<void> {
    const { keepers, binary, socketOf } = this.#parts;
    const socket = socketOf(this.id);
    const prefix = join(this.folder.path, `keeper-${starts}`);
    const id = anchorId(this.id, starts);
    const keeper = await keepers.open();
    try {
      createRunFile(prefix, id);
      const argv = ['/bin/sh', '-c', ANCHOR, 'errand-session', this.folder.path, binary, socket];
      await keeper.start({ id, prefix, argv, cwd: '/', env: ['PATH=/usr/bin:/bin'], capBytes: 65_536 });
    } finally {
      await keeper.close();
    }
    (await this.#connect(STARTED_MS)).close().catch(() => undefined);
  }

  /** The session's own keeper, which may be about to start (again). */
  async #connect(patienceMs: number): Promise<Keeper> {
    const until = performance.now() + patienceMs;
    for (;;) {
      const keeper = await this.#parts.keepers.connect(this.#parts.socketOf(this.id));
      if (keeper !== null) return keeper;
      if (performance.now() > until) throw new Error('the keeper of the session did not start');
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** True when nothing of it runs: by its mark, and by the keeper that started its keeper. */
  async #endTree(): Promise<boolean> {
    const mark = readMark(this.folder);
    await this.#endAnchors();
    const gone = mark === null || (await endTree({ mark, graceMs: GRACE_MS }));
    if (gone) removeLease(this.folder);
    return gone;
  }

  /** One that was killed before it wrote its mark is known to its keeper alone. */
  async #endAnchors(): Promise<void> {
    const keeper = await this.#parts.keepers.open();
    try {
      const anchors = (await keeper.list()).filter(({ id }) => id.startsWith(`${this.id}.`));
      for (const { id, state } of anchors) {
        if (state === 'running') keeper.kill(id, { signal: 15, graceMs: GRACE_MS, cause: 'session_ended' });
        else keeper.forget(id);
      }
      if (anchors.every(({ state }) => state === 'ended')) return;
      if (readMark(this.folder) === null) await untilEnded(keeper, this.id);
    } finally {
      await keeper.close();
    }
  }

  async #watchHealth(): Promise<void> {
    const health = this.#file?.health ?? null;
    if (health === null) return;
    while (this.#state === 'running' && !this.#stopped) {
      const before = this.#health;
      this.#health = await this.#lookAtHealth(health);
      if (before?.why !== this.#health.why || before.ok !== this.#health.ok) this.#parts.changed();
      if (this.#health.ok || this.#health.failed) return;
      await new Promise((resolve) => setTimeout(resolve, health.intervalMs).unref());
    }
  }

  async #lookAtHealth(health: NonNullable<SessionFile['health']>): Promise<HealthSight> {
    const file = this.#present();
    const portOf = (port: number): number => file.ports.find((each) => each.port === port)?.outerPort ?? port;
    return await lookAtHealth(health, portOf, async (argv, timeoutMs) => {
      const keeper = await this.#connect(timeoutMs);
      try {
        const prefix = join(this.folder.path, 'health');
        const env = { PATH: '/usr/local/bin:/usr/bin:/bin', ...environmentOf(this.id, file) };
        return await runOnce({ keeper, prefix, id: 'health', argv, cwd: this.folder.files, env, timeoutMs });
      } finally {
        await keeper.close();
      }
    }).catch((error: unknown) => ({ ok: false, failed: false, why: String(error) }));
  }

  #runs(processes: readonly SessionProcess[]): boolean {
    const mark = readMark(this.folder);
    return mark !== null && processes.some((each) => each.mark === mark);
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#problem = error instanceof Error ? error.message : String(error);
      this.#parts.log.warn('a session could not be made', { id: this.id, error: this.#problem });
      this.#become('ended');
    });
  }

  #become(state: HostedSession['state']): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#parts.changed();
  }

  #write(file: SessionFile): void {
    this.#file = file;
    writeSession(this.folder, file);
  }

  #present(): SessionFile {
    if (this.#file === null) throw new Error('AGENT-3: a session without a file');
    return this.#file;
  }
}

function fileOf(order: Extract<SessionOrder, { kind: 'run' }>): Omit<SessionFile, 'starts' | 'ports'> {
  const { sessionId, tag, key, health } = order;
  return { sessionId, tag, key, health, wanted: 'running' };
}

function anchorId(sessionId: string, starts: number): string {
  return `${sessionId}.${starts}`;
}

/** Every command of a session knows the session and the ports that were chosen for it; PORT is the first. */
function environmentOf(sessionId: string, { ports }: SessionFile): Readonly<Record<string, string>> {
  const named = ports.map(({ port, outerPort }) => [`ERRAND_PORT_${port}`, String(outerPort)]);
  const first = ports[0] === undefined ? {} : { PORT: String(ports[0].outerPort) };
  return { ERRAND_SESSION: sessionId, ...first, ...Object.fromEntries(named) };
}

async function untilEnded(keeper: Keeper, sessionId: string): Promise<void> {
  for (let runs = true; runs; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    runs = (await keeper.list()).some(
      ({ id, state }) => id.startsWith(`${sessionId}.`) && state === 'running',
    );
  }
}
