import type { HostedSession, SessionOrder } from '@errand/contract';
import type { Keeper, Keepers, Logger } from '../ports.ts';
import { FileFault } from '../sessions/file-fault.ts';
import type { FilePlace } from '../sessions/file-place.ts';
import type { SessionPlace, Sessions } from '../sessions/hosting.ts';
import { runOnce } from '../sessions/run-once.ts';
import { type HealthSight, lookAtHealth, NOT_LOOKED } from '../sessions/session-health.ts';

type RunOrder = Extract<SessionOrder, { kind: 'run' }>;

/** What the agent of a task is told of it. */
export interface TaskPlace {
  readonly sessionId: string;
  /** Of the keeper in the container beside, where everything runs. */
  readonly socket: string;
  /** Folders that both containers see under the same paths. */
  readonly folders: readonly string[];
}

export interface TaskSessionParts extends TaskPlace {
  /** Path, without endings, of files that both containers see. */
  readonly prefix: string;
  readonly keepers: Pick<Keepers, 'connect'>;
  /** Tells the switch of this task that it may live for so long from now. */
  readonly renew: (leaseMs: number) => void;
  readonly log: Logger;
}

/**
 * The one session of a task of containers: this agent lives in one of them, and the keeper that starts commands in the one beside it. The task is ended by
 * whoever made it, or by its own switch, so orders to stop or end mean nothing here.
 */
export class TaskSession implements Sessions {
  readonly #parts: TaskSessionParts;
  #order: RunOrder | null = null;
  #state: HostedSession['state'] = 'making';
  #health: HealthSight | null = null;
  #lease: { readonly ms: number; readonly at: number } | null = null;
  #changed: () => void = () => undefined;
  #keeper: Keeper | null = null;
  #stopped = false;

  constructor(parts: TaskSessionParts) {
    this.#parts = parts;
  }

  report(): readonly HostedSession[] {
    if (this.#order === null) return [];
    const { tag, key, ports, health } = this.#order;
    const leaseLeftMs = this.#lease === null ? 0 : this.#lease.ms - (performance.now() - this.#lease.at);
    const one: HostedSession = {
      sessionId: this.#parts.sessionId,
      tag,
      key,
      state: this.#state,
      problem: null,
      leaseLeftMs: Math.round(leaseLeftMs),
      ports: ports.map(({ port }) => ({ port, outerPort: port })),
      health: health === null ? null : (this.#health ?? NOT_LOOKED),
      // Its processes are in a container that cannot be looked into from here.
      cpuMs: 0,
    };
    return [one];
  }

  carryOut(order: SessionOrder): void {
    if (order.sessionId !== this.#parts.sessionId) return;
    if (order.kind === 'renew' || order.kind === 'run') this.#renew(order.leaseMs);
    if (order.kind !== 'run' || this.#order?.key === order.key) return;
    this.#order = order;
    void this.#begin();
  }

  placeOf(sessionId: string): SessionPlace | null {
    if (sessionId !== this.#parts.sessionId || this.#state !== 'running') return null;
    return { keeper: this.#parts.socket, cwd: '', env: {}, inherits: true };
  }

  /** Of the container beside only these folders can be reached. */
  filesOf(sessionId: string, path: string): FilePlace | null {
    if (sessionId !== this.#parts.sessionId) return null;
    const { folders } = this.#parts;
    const folder = folders.find((each) => `${path}/`.startsWith(`${each}/`));
    if (folder !== undefined) return { root: folder, cwd: folder };
    const where = folders.length === 0 ? 'it has none' : `they are ${folders.join(', ')}`;
    throw new FileFault('invalid', `${path} lies in none of the folders that its agent sees: ${where}`);
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#keeper?.close();
  }

  /** The connection stays open for as long as this agent lives: a keeper that nobody speaks to would end, and its container with it. */
  async #begin(): Promise<void> {
    const { keepers, socket, log } = this.#parts;
    try {
      this.#keeper ??= await keepers.connect(socket);
    } catch (error) {
      log.warn('the keeper of the container beside does not answer', { error: String(error) });
    }
    this.#become(this.#keeper === null ? 'ended' : 'running');
    void this.#keeper?.closed.then(() => this.#become('ended'));
    void this.#watchHealth();
  }

  #become(state: HostedSession['state']): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#changed();
  }

  #renew(leaseMs: number): void {
    this.#lease = { ms: leaseMs, at: performance.now() };
    this.#parts.renew(leaseMs);
  }

  async #watchHealth(): Promise<void> {
    const health = this.#order?.health ?? null;
    if (health === null) return;
    while (this.#state === 'running' && !this.#stopped) {
      const before = this.#health;
      const sight = await lookAtHealth(health, (port) => port, this.#execute).catch(failed);
      this.#health = sight;
      if (before?.why !== sight.why || before.ok !== sight.ok) this.#changed();
      if (sight.ok || sight.failed) return;
      await new Promise((resolve) => setTimeout(resolve, health.intervalMs).unref());
    }
  }

  readonly #execute = async (argv: readonly string[], timeoutMs: number): Promise<HealthSight> => {
    const { keepers, socket, prefix, sessionId } = this.#parts;
    const keeper = await keepers.connect(socket);
    if (keeper === null) return failed('its keeper is gone');
    try {
      const env = { ERRAND_SESSION: sessionId };
      return await runOnce({
        keeper,
        prefix,
        id: 'health',
        argv,
        cwd: '',
        env,
        envBase: 'inherit',
        timeoutMs,
      });
    } finally {
      await keeper.close();
    }
  };
}

function failed(error: unknown): HealthSight {
  return { ok: false, failed: false, why: String(error) };
}
