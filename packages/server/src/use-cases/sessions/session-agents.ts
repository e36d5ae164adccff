import { timingSafeEqual } from 'node:crypto';
import {
  type AgentRecord,
  type AgentStore,
  ErrandError,
  isFinalState,
  type KeyStore,
  type Notifier,
  type SessionRecord,
  type SessionStore,
  sessionOfPool,
  sessionPool,
} from '@errand/core';
import { removeKeys } from '../agents/agent-life.ts';
import type { Instances } from '../agents/instances.ts';
import {
  enrol,
  type JoinAgentParts,
  type JoinedAgent,
  type JoinWish,
  joinedBefore,
} from '../agents/join-agent.ts';
import { topics } from '../topics.ts';
import type { SessionHosts } from './session-hosts.ts';

const TOKEN = /^errses_(([a-z0-9_]+)-(\d{1,9}))\.([\w-]{43})$/;
/** What its agent is bound to, as a label that its own words do not change. */
const LAUNCH = 'errand.launch';

export interface SessionAgentsParts extends JoinAgentParts {
  readonly agents: Pick<AgentStore, 'list' | 'remove' | 'change'> & JoinAgentParts['agents'];
  readonly keys: Pick<KeyStore, 'remove'> & JoinAgentParts['keys'];
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly instances: Pick<Instances, 'forget'>;
  readonly hosts: Pick<SessionHosts, 'forget'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
  /** The same for the same text, and nobody else can make it. */
  readonly sign: (text: string) => string;
}

/** The agent of a launch, which has presented itself. */
export interface ComeAgent {
  readonly id: string;
  readonly pool: string;
  /** It said that it is done, and never comes back. */
  readonly left: boolean;
}

/**
 * Agents that come with the compute of a session: each belongs to one launch, lives in a pool that nobody sees, serves nothing but runs in
 * that session, and is forgotten when the session is over.
 */
export class SessionAgents {
  readonly #parts: SessionAgentsParts;

  constructor(parts: SessionAgentsParts) {
    this.#parts = parts;
  }

  /**
   * With this the agent of a launch joins. Derived, never stored: a launch that is asked for again must be the same in every byte, or the provider
   * would make a second machine. Programs on the machine may be able to read it; it is good for nothing once its agent has presented itself.
   */
  token(launch: string): string {
    return `errses_${launch}.${this.#parts.sign(`session agent ${launch}`)}`;
  }

  /** Is it such a token, right or wrong? */
  static isToken(token: string): boolean {
    return token.startsWith('errses_');
  }

  /** Turns a token into the agent of its launch. Throws `unauthenticated` where the session is over, or another agent came first. */
  async join({ token, key = `err_${this.#parts.ids.secret(32)}` }: JoinWish): Promise<JoinedAgent> {
    const before = await joinedBefore(this.#parts, key);
    if (before !== null) return before;
    const { launch, session, number } = await this.#admitted(token);
    const pool = sessionPool(session.id);
    for (const agent of await this.#parts.agents.list(pool)) {
      const isThere = agent.program !== '';
      if (isThere && numberOf(agent) >= number) throw refused('it was used before');
      // One whose answer was lost, or that of compute which is gone.
      await this.#forget(agent);
    }
    return await enrol(this.#parts, {
      key,
      name: session.name ?? session.subdomain,
      pool,
      labels: { [LAUNCH]: launch },
      maxSlots: null,
    });
  }

  /** The agent of a launch; null: it has not presented itself yet. */
  async of(sessionId: string, launch: string): Promise<ComeAgent | null> {
    const agents = await this.#parts.agents.list(sessionPool(sessionId));
    const agent = agents.find((each) => each.fixedLabels[LAUNCH] === launch && each.program !== '');
    return agent === undefined ? null : { id: agent.id, pool: agent.pool, left: agent.keyId === null };
  }

  /** Whose token is it? null: this control plane did not make it. */
  launchOf(token: string): { readonly launch: string; readonly sessionId: string } | null {
    const [, launch = '', sessionId = ''] = TOKEN.exec(token) ?? [];
    return launch !== '' && isSame(token, this.token(launch)) ? { launch, sessionId } : null;
  }

  /** Is there such a session that is not over? */
  async isKnown(sessionId: string): Promise<boolean> {
    const session = await this.#parts.sessions.get(sessionId);
    return session !== null && !isFinalState(session.state);
  }

  /** May an agent still come for this session? */
  async isWanted(sessionId: string): Promise<boolean> {
    const session = await this.#parts.sessions.get(sessionId);
    return session !== null && isWanted(session);
  }

  /** Ends the right of the agent of a launch: it ends what it runs, says goodbye, and takes nothing any more. Repeatable. */
  async revoke(sessionId: string, launch: string): Promise<void> {
    const { agents, clock, notifier } = this.#parts;
    const agent = await this.of(sessionId, launch);
    if (agent === null) return;
    await agents.change(agent.id, (present) =>
      present.revokedAt === null
        ? { ...present, version: present.version + 1, revokedAt: clock.now() }
        : null,
    );
    notifier.pulse(topics.agentLife(agent.id));
  }

  /** Its agent is done, and nothing of its attempts is left on its machine. It stays known as one that left, so that nobody comes in its place. */
  async leave(agent: AgentRecord): Promise<void> {
    const { agents, clock, notifier } = this.#parts;
    const now = clock.now();
    await agents.change(agent.id, (present) => ({
      ...present,
      version: present.version + 1,
      revokedAt: present.revokedAt ?? now,
      keyId: null,
      nextKeyId: null,
    }));
    await removeKeys(this.#parts, agent);
    // Whoever waits for its end looks again.
    const session = sessionOfPool(agent.pool);
    if (session !== null && !(await this.isWanted(session))) notifier.pulse(topics.sessions, session);
  }

  /** Forgets the agent of a launch, whose compute is gone: it gets in no more. Repeatable. */
  async remove(sessionId: string, launch: string): Promise<void> {
    for (const agent of await this.#parts.agents.list(sessionPool(sessionId)))
      if (agent.fixedLabels[LAUNCH] === launch) await this.#forget(agent);
  }

  async #admitted(
    token: string,
  ): Promise<{ readonly launch: string; readonly number: number; readonly session: SessionRecord }> {
    const [, launch = '', sessionId = '', number = ''] = TOKEN.exec(token) ?? [];
    if (launch === '' || !isSame(token, this.token(launch)))
      throw refused('this control plane did not make it');
    const session = await this.#parts.sessions.get(sessionId);
    if (session === null || !isWanted(session)) throw refused('its session is over');
    return { launch, number: Number(number), session };
  }

  async #forget(agent: AgentRecord): Promise<void> {
    const { id } = agent;
    await removeKeys(this.#parts, agent);
    await this.#parts.agents.remove(id);
    this.#parts.instances.forget(id);
    this.#parts.hosts.forget(id);
    // Whoever remembers it forgets it.
    this.#parts.notifier.pulse(topics.agentLife(id));
  }
}

function isWanted({ state, desired }: SessionRecord): boolean {
  return !isFinalState(state) && desired === 'running';
}

function numberOf({ fixedLabels }: AgentRecord): number {
  return Number((fixedLabels[LAUNCH] ?? '').split('-').at(-1));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string): ErrandError {
  return new ErrandError('unauthenticated', `this token of a session is not valid: ${why}`);
}
