import type { Answer } from '@errand/contract';
import type { CreateOptions } from './runs.ts';
import type { Input, Transport } from './transport.ts';

export type Group = Answer<'getGroup'>;

/** How long one call may be held; proxies on the way often allow less than the server. */
const WAIT = '30s';

/** One run on each agent of a pool. */
export interface Groups {
  /** Submits one run for each agent that the pool has now; resolves once all are stored. */
  create(group: Input<'createGroup'>['body'], options?: CreateOptions): Promise<Group>;
  get(id: string): Promise<Group>;
  /** Resolves once all of its runs have ended. */
  wait(id: string, options?: { readonly signal?: AbortSignal }): Promise<Group>;
  /** Ends all of its runs. Repeatable; a later call may only hurry. */
  cancel(id: string, how?: Input<'cancelGroup'>['body']): Promise<Group>;
  /** The newest, one page. */
  list(query?: Input<'listGroups'>['query']): Promise<Answer<'listGroups'>>;
}

export function groupsOf(transport: Transport): Groups {
  return {
    create: (body, options = {}) => {
      const key = options.idempotencyKey ?? crypto.randomUUID();
      const more = { headers: { 'idempotency-key': key }, signal: options.signal };
      return transport.request('createGroup', { body }, more);
    },
    get: (id) => transport.request('getGroup', { params: { id } }),
    wait: async (id, options = {}) => {
      for (;;) {
        const asked = { params: { id }, query: { wait: WAIT } };
        const group = await transport.request('getGroup', asked, options);
        if (group.ended) return group;
      }
    },
    cancel: (id, body = {}) => transport.request('cancelGroup', { params: { id }, body }),
    list: (query = {}) => transport.request('listGroups', { query }),
  };
}
