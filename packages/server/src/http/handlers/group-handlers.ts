import { DEFAULTS } from '@errand/core';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import { awaitGroup, type SeenGroup, seeGroup } from '../../use-cases/groups/see-group.ts';
import { submitGroup } from '../../use-cases/groups/submit-group.ts';
import { askGroup } from '../../use-cases/groups/tend-groups.ts';
import { type PoolViews, whyWaiting } from '../../use-cases/runs/why-waiting.ts';
import type { SomeHandlers } from '../call.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { idempotencyKeyOf } from '../idempotency-key.ts';
import { presentGroup, presentGroupHead } from '../present/group.ts';

type GroupOperation = 'createGroup' | 'listGroups' | 'getGroup' | 'cancelGroup';

export function groupHandlers(services: Services): SomeHandlers<GroupOperation> {
  const { groups: parts, store } = services;
  const shown = async (actor: Actor, id: string): Promise<ReturnType<typeof presentGroup>> =>
    await present(services, await seeGroup(parts, actor, id));
  return {
    createGroup: async ({ actor, input: { body }, headers }) => {
      const submission = { request: body, idempotencyKey: idempotencyKeyOf(headers) };
      const { id } = await submitGroup(parts, actor, submission);
      return await shown(actor, id);
    },
    listGroups: async ({ actor, input: { query } }) => {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
      const scope = actor.role === 'admin' ? null : actor.owner;
      const groups = await store.groups.list(scope, { limit: query.limit, after });
      const last = groups.length === query.limit ? groups.at(-1) : undefined;
      const heads = groups.map(async (group) => presentGroupHead(group, await store.groups.count(group.id)));
      return {
        groups: await Promise.all(heads),
        nextCursor: last === undefined ? null : encodeCursor(last),
      };
    },
    getGroup: async ({ actor, input: { params, query }, signal }) => {
      if (query.wait === undefined) return await shown(actor, params.id);
      const how = { waitMs: Math.min(query.wait, DEFAULTS.waitMaxMs), signal: signal() };
      return await present(services, await awaitGroup(parts, { actor, id: params.id }, how));
    },
    cancelGroup: async ({ actor, input: { params, body } }) => {
      await askGroup(parts, { actor, id: params.id }, body);
      return await shown(actor, params.id);
    },
  };
}

/** How many of the runs that wait are asked why: each costs a look at the queue. */
const MOST_ASKED = 100;

async function present(services: Services, seen: SeenGroup): Promise<ReturnType<typeof presentGroup>> {
  const views: PoolViews = new Map();
  const waiting = seen.runs.filter(({ state }) => state === 'queued').slice(0, MOST_ASKED);
  const whys = waiting.map(
    async (run): Promise<[string, string]> => [run.id, await whyWaiting(services.why, run, views)],
  );
  return presentGroup(seen, new Map(await Promise.all(whys)));
}
