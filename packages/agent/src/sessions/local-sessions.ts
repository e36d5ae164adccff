import type { HostedSession, SessionOrder } from '@errand/contract';
import type { FilePlace } from './file-place.ts';
import { Hosted, type HostedParts } from './hosted.ts';
import type { SessionPlace, Sessions } from './hosting.ts';
import { sessionIds } from './session-folder.ts';
import { markedProcesses, ownMark } from './session-tree.ts';

export type LocalSessionsOptions = Omit<HostedParts, 'taken' | 'changed'>;

/** What no session may be called: ids become names of folders. */
const SESSION_ID = /^ses_[0-9a-z_]{1,60}$/;

/**
 * Can this machine host sessions, and know its processes again by their mark? Not where the agent itself is part of a tree that a keeper
 * marked: all of it would have the same mark.
 */
export function canHostSessions(): boolean {
  return process.platform === 'linux' && ownMark() === null;
}

/** The sessions in the data folder of an agent. */
export class LocalSessions implements Sessions {
  readonly #options: LocalSessionsOptions;
  readonly #hosted = new Map<string, Hosted>();
  #changed: () => void = () => undefined;

  constructor(options: LocalSessionsOptions) {
    this.#options = options;
    const processes = markedProcesses();
    for (const id of sessionIds(options.data)) if (SESSION_ID.test(id)) this.#take(id).resume(processes);
  }

  report(): readonly HostedSession[] {
    if (this.#hosted.size === 0) return [];
    const processes = markedProcesses();
    return [...this.#hosted.values()].map((hosted) => hosted.report(processes));
  }

  carryOut(order: SessionOrder): void {
    if (!SESSION_ID.test(order.sessionId)) return;
    const known = this.#hosted.get(order.sessionId);
    if (order.kind === 'run') (known ?? this.#take(order.sessionId)).run(order);
    if (known === undefined) return;
    if (order.kind === 'renew') known.renew(order.leaseMs);
    if (order.kind === 'stop') known.stop();
    if (order.kind === 'end') void this.#end(known);
  }

  placeOf(sessionId: string): SessionPlace | null {
    return this.#hosted.get(sessionId)?.place() ?? null;
  }

  filesOf(sessionId: string): FilePlace | null {
    return this.#hosted.get(sessionId)?.filePlace() ?? null;
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#hosted.values()].map((hosted) => hosted.leave()));
  }

  #take(id: string): Hosted {
    const taken = (): ReadonlySet<number> =>
      new Set([...this.#hosted.values()].flatMap(({ outerPorts }) => outerPorts));
    const hosted = new Hosted(id, { ...this.#options, taken, changed: () => this.#changed() });
    this.#hosted.set(id, hosted);
    return hosted;
  }

  async #end(hosted: Hosted): Promise<void> {
    await hosted.end();
    if (this.#hosted.get(hosted.id) === hosted) this.#hosted.delete(hosted.id);
    this.#changed();
  }
}
