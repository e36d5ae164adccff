import type { Answer } from '@errand/contract';
import type { OperationId } from '@errand/contract/wire';
import { type EventOptions, followEvents, type ServerEvent } from './events.ts';
import { type Groups, groupsOf } from './groups.ts';
import { Jobs } from './jobs.ts';
import { Runs } from './runs.ts';
import { Scripts } from './scripts.ts';
import { Sessions } from './sessions.ts';
import { type Input, type RequestOptions, Transport, type TransportOptions } from './transport.ts';

/**
 * A client of one control plane.
 *
 *     const errand = new Errand({ url: 'https://errand.example.com', key: 'err_...' });
 *     const run = await errand.runs.create({ command: ['uname', '-a'] });
 *     for await (const piece of run.logs()) if (piece.kind === 'data') process.stdout.write(piece.bytes);
 *     console.log((await run.wait()).exitCode);
 */
export class Errand {
  readonly runs: Runs;
  readonly scripts: Scripts;
  readonly sessions: Sessions;
  readonly jobs: Jobs;
  readonly keys: Keys;
  readonly pools: Pools;
  readonly agents: Agents;
  readonly groups: Groups;
  readonly #transport: Transport;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
    this.runs = new Runs(this.#transport);
    this.scripts = new Scripts(this.#transport, this.runs);
    this.sessions = new Sessions(this.#transport);
    this.jobs = new Jobs(this.#transport);
    this.keys = keysOf(this.#transport);
    this.pools = poolsOf(this.#transport);
    this.agents = agentsOf(this.#transport);
    this.groups = groupsOf(this.#transport);
  }

  /** Calls any operation of the API by its id. */
  request<Id extends OperationId>(id: Id, input: Input<Id>, options?: RequestOptions): Promise<Answer<Id>> {
    return this.#transport.request(id, input, options);
  }

  /** Who did what, when, from where: newest first, page by page. For admin keys. */
  async *audit(filter: AuditFilter = {}): AsyncGenerator<Answer<'listAudit'>> {
    for (let cursor: string | null = null; ; ) {
      const query = { ...filter, ...(cursor === null ? {} : { cursor }) };
      const page: Answer<'listAudit'> = await this.#transport.request('listAudit', { query });
      yield page;
      cursor = page.nextCursor;
      if (cursor === null) return;
    }
  }

  /** Changes of runs as they happen. */
  events(options?: EventOptions): AsyncGenerator<ServerEvent> {
    return followEvents(this.#transport, options);
  }

  /** In a browser: signs it in with a key by a cookie, so that later calls need none. */
  async signIn(key: string): Promise<void> {
    await this.#transport.request('signIn', { body: { key } });
  }

  /** In a browser: signs it out. */
  async signOut(): Promise<void> {
    await this.#transport.request('signOut', {});
  }

  /** The key this client uses, and the version of the server. */
  whoAmI(): Promise<Answer<'whoAmI'>> {
    return this.#transport.request('whoAmI', {});
  }
}

/** Which entries; `limit` is how many are fetched at a time (50). */
export type AuditFilter = Omit<NonNullable<Input<'listAudit'>['query']>, 'cursor'>;

/** `connect('https://errand.example.com', { key })`: the same as `new Errand`. */
export function connect(url: string, options: Omit<TransportOptions, 'url'> = {}): Errand {
  return new Errand({ ...options, url });
}

export interface Keys {
  /** Makes a key; the answer holds its secret, this once. */
  create(key: Input<'createKey'>['body']): Promise<Answer<'createKey'>>;
  list(): Promise<Answer<'listKeys'>['keys']>;
  /** Revokes a key at once. */
  remove(id: string): Promise<void>;
}

function keysOf(transport: Transport): Keys {
  return {
    create: (key) => transport.request('createKey', { body: key }),
    list: async () => (await transport.request('listKeys', {})).keys,
    remove: async (id) => {
      await transport.request('removeKey', { params: { id } });
    },
  };
}

export interface Pools {
  list(): Promise<Answer<'listPools'>['pools']>;
  get(name: string): Promise<Answer<'getPool'>>;
  /** Makes the pool, or sets all of its settings. */
  put(name: string, settings: NonNullable<Input<'putPool'>['body']>): Promise<Answer<'putPool'>>;
  /** Sets some settings; `{ paused: true }` pauses it. */
  change(name: string, settings: NonNullable<Input<'changePool'>['body']>): Promise<Answer<'changePool'>>;
  /** Forgets a pool that nobody uses. */
  remove(name: string): Promise<void>;
  /** A token with which one agent joins the pool; a new pool is made. */
  createToken(name: string, options?: Input<'createJoinToken'>['body']): Promise<Answer<'createJoinToken'>>;
}

function poolsOf(transport: Transport): Pools {
  return {
    list: async () => (await transport.request('listPools', {})).pools,
    get: (name) => transport.request('getPool', { params: { name } }),
    put: (name, body) => transport.request('putPool', { params: { name }, body }),
    change: (name, body) => transport.request('changePool', { params: { name }, body }),
    remove: async (name) => {
      await transport.request('removePool', { params: { name } });
    },
    createToken: (name, body = {}) => transport.request('createJoinToken', { params: { name }, body }),
  };
}

export interface Agents {
  list(): Promise<Answer<'listAgents'>['agents']>;
  get(id: string): Promise<AgentDetails>;
  /** It finishes what it has and takes nothing new, also after restarts. */
  drain(id: string): Promise<AgentDetails>;
  undrain(id: string): Promise<AgentDetails>;
  /** Ends its right at once; what it runs counts as lost with its machine, and it is told to end it. */
  revoke(id: string): Promise<AgentDetails>;
  /** Forgets one that holds nothing. */
  remove(id: string): Promise<void>;
}

export type AgentDetails = Answer<'getAgent'>;

function agentsOf(transport: Transport): Agents {
  const about = (id: string) => ({ params: { id } });
  return {
    list: async () => (await transport.request('listAgents', {})).agents,
    get: (id) => transport.request('getAgent', about(id)),
    drain: (id) => transport.request('drainAgent', about(id)),
    undrain: (id) => transport.request('undrainAgent', about(id)),
    revoke: (id) => transport.request('revokeAgent', about(id)),
    remove: async (id) => {
      await transport.request('removeAgent', about(id));
    },
  };
}
