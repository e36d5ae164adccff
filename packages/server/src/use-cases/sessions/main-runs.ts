import {
  type Clock,
  createRun,
  DEFAULTS,
  describeEnd,
  type EndedBy,
  ErrandError,
  type Ids,
  type Notifier,
  type RunEnd,
  type RunRecord,
  type RunStore,
  type SessionRecord,
  type SessionStore,
} from '@errand/core';
import { topics } from '../topics.ts';

export interface MainRunsParts {
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly runs: Pick<RunStore, 'insert' | 'get'>;
  readonly notifier: Notifier;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Ids;
}

/** What became of the command that a session runs from its start on: null while it runs or waits to. */
export type MainRunEnd = { readonly end: EndedBy | null };

/** The name of the run that is the session's own command. */
export const MAIN = 'main';

/**
 * A session's own command is a run like any other, made once for each launch: so its log is kept, and its end is known exactly. It is
 * made by the session itself, which tells it from what people run there.
 */
export class MainRuns {
  readonly #parts: MainRunsParts;
  /** Ids of runs by launch key: asking again costs a look at one run. */
  readonly #known = new Map<string, string>();

  constructor(parts: MainRunsParts) {
    this.#parts = parts;
  }

  /** Has it run on this agent, and says how it is. Repeatable. */
  async ensure(
    sessionId: string,
    key: string,
    agent: { readonly id: string; readonly pool: string },
  ): Promise<MainRunEnd> {
    const id = this.#known.get(key) ?? (await this.#make(sessionId, key, agent));
    if (id === null) return { end: null };
    if (!this.#known.has(key)) this.#tellEnd(id, sessionId);
    this.#known.set(key, id);
    const run = await this.#parts.runs.get(id);
    return { end: run?.end == null ? null : endedBy(run.end) };
  }

  /** Whoever looks after the session looks again once the run has ended. */
  #tellEnd(runId: string, sessionId: string): void {
    const { notifier } = this.#parts;
    const forget = notifier.subscribe(topics.runEnd(runId), () => {
      forget();
      notifier.pulse(topics.sessions, sessionId);
    });
  }

  async #make(
    sessionId: string,
    key: string,
    agent: { readonly id: string; readonly pool: string },
  ): Promise<string | null> {
    const { sessions, runs, ids, clock, notifier } = this.#parts;
    const session = await sessions.get(sessionId);
    if (session === null) throw new ErrandError('not_found', 'there is no such session');
    if (session.spec.command === null) return null;
    const now = clock.now();
    const run = mainRun(session, { id: ids.next('run', now), agent, now });
    const inserted = await runs.insert(run, { key: `main ${key}`, fingerprint: '' });
    if (inserted.kind === 'repeated') return inserted.runId;
    notifier.pulse(topics.pool(agent.pool));
    return run.id;
  }
}

/** Is this the session's own command, not one that somebody runs in it? */
export function isMain({ createdBy, spec }: Pick<RunRecord, 'createdBy' | 'spec'>): boolean {
  return spec.session !== null && createdBy === spec.session;
}

interface MainRun {
  readonly id: string;
  readonly agent: { readonly id: string; readonly pool: string };
  readonly now: number;
}

function mainRun({ id: session, owner, spec }: SessionRecord, { id, agent, now }: MainRun): RunRecord {
  const command = spec.command ?? { kind: 'argv', argv: [] };
  return createRun(
    {
      id,
      owner,
      createdBy: session,
      name: MAIN,
      tags: [],
      spec: {
        command,
        env: spec.env,
        sealedEnv: spec.sealedEnv,
        cwd: null,
        stdin: 'none',
        timeoutMs: null,
        queueTimeoutMs: DEFAULTS.queueTimeoutMs,
        maxLogBytes: DEFAULTS.maxLogBytes,
        graceMs: DEFAULTS.graceMs,
        keepChildren: true,
        tty: null,
        retry: { attempts: 1, on: [], backoffMs: 0 },
        caller: false,
        session,
        script: null,
      },
      pool: agent.pool,
      agentId: agent.id,
      labels: {},
      concurrency: null,
      group: null,
      priority: 0,
    },
    now,
  );
}

function endedBy({ reason }: RunEnd): EndedBy {
  if (reason.kind === 'out_of_memory') return { kind: 'out_of_memory' };
  if (reason.kind === 'signaled') return { kind: 'exited', code: null, signal: reason.signal };
  return { kind: 'exited', code: describeEnd(reason).exitCode, signal: null };
}
