import { timingSafeEqual } from 'node:crypto';
import {
  type AgentRecord,
  type AgentStore,
  ErrandError,
  isFinalState,
  type KeyStore,
  type SessionRecord,
  type SessionStore,
  sessionPool,
} from '@errand/core';
import type { Instances } from '../agents/instances.ts';
import {
  enrol,
  type JoinAgentParts,
  type JoinedAgent,
  type JoinWish,
  joinedBefore,
} from '../agents/join-agent.ts';
import type { SessionHosts } from './session-hosts.ts';

const TOKEN = /^errses_(([a-z0-9_]+)-(\d{1,9}))\.([\w-]{43})$/;
/** What its agent is bound to, as a label that its own words do not change. */
const LAUNCH = 'errand.launch';

export interface SessionAgentsParts extends JoinAgentParts {
  readonly agents: Pick<AgentStore, 'list' | 'remove'> & JoinAgentParts['agents'];
  readonly keys: Pick<KeyStore, 'remove'> & JoinAgentParts['keys'];
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly instances: Pick<Instances, 'forget'>;
  readonly hosts: Pick<SessionHosts, 'forget'>;
  /** The same for the same text, and nobody else can make it. */
  readonly sign: (text: string) => string;
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
  async of(
    sessionId: string,
    launch: string,
  ): Promise<{ readonly id: string; readonly pool: string } | null> {
    const agents = await this.#parts.agents.list(sessionPool(sessionId));
    const agent = agents.find((each) => each.fixedLabels[LAUNCH] === launch && each.program !== '');
    return agent === undefined ? null : { id: agent.id, pool: agent.pool };
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
    if (session === null || isFinalState(session.state) || session.desired === 'deleted')
      throw refused('its session is over');
    return { launch, number: Number(number), session };
  }

  async #forget({ id, keyId, nextKeyId }: AgentRecord): Promise<void> {
    for (const key of [keyId, nextKeyId]) if (key !== null) await this.#parts.keys.remove(key);
    await this.#parts.agents.remove(id);
    this.#parts.instances.forget(id);
    this.#parts.hosts.forget(id);
  }
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
