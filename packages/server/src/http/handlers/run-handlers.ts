import { DEFAULTS, ErrandError, type RunFilter, type RunRecord } from '@errand/core';
import type { Services } from '../../services.ts';
import type { Actor } from '../../use-cases/actor.ts';
import { askRun } from '../../use-cases/runs/ask-run.ts';
import { type FoundRuns, findRuns } from '../../use-cases/runs/find-runs.ts';
import { writeInput } from '../../use-cases/runs/run-input.ts';
import { awaitRun, seeResult, seeRun } from '../../use-cases/runs/see-run.ts';
import { submitRun } from '../../use-cases/runs/submit-run.ts';
import { resizeTerminal } from '../../use-cases/runs/terminal.ts';
import { whySilent } from '../../use-cases/runs/why-silent.ts';
import { whyStarting } from '../../use-cases/runs/why-starting.ts';
import { type PoolViews, whyWaiting } from '../../use-cases/runs/why-waiting.ts';
import type { Call, SomeHandlers } from '../call.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { idempotencyKeyOf } from '../idempotency-key.ts';
import { presentRun } from '../present/run.ts';

type RunOperation =
  | 'createRun'
  | 'listRuns'
  | 'getRun'
  | 'cancelRun'
  | 'retryRun'
  | 'writeInput'
  | 'resizeTerminal'
  | 'takeOver';

export function runHandlers(services: Services): SomeHandlers<RunOperation> {
  return { ...lifeHandlers(services), ...feedHandlers(services) };
}

type FeedOperation = 'writeInput' | 'resizeTerminal' | 'takeOver';

function lifeHandlers(services: Services): SomeHandlers<Exclude<RunOperation, FeedOperation>> {
  return {
    createRun: async ({ actor, input, headers, signal }) => {
      const idempotencyKey = idempotencyKeyOf(headers);
      const run = await submitRun(services.submit, actor, { request: input.body, idempotencyKey });
      const waitMs = Math.min(input.query.wait ?? 0, DEFAULTS.waitMaxMs);
      if (waitMs > 0 && !run.spec.caller) {
        const waited = awaitRun(services.waiting, { actor, runId: run.id }, { waitMs, signal: signal() });
        return await presented(services, await waited);
      }
      if (!run.spec.caller) return presentRun(run);
      const callerPlace = services.callerPlaces.of(run);
      // Fails only when the server ends meanwhile; the next one finds the run by its lease.
      services.callerPlaces.expect(run).catch(() => undefined);
      return { ...presentRun(run), callerPlace };
    },
    listRuns: async ({ actor, input: { query } }) => {
      const { runs, next, looked } = await listed(services, actor, query);
      const views: PoolViews = new Map();
      return {
        runs: await Promise.all(runs.map((run) => explained(services, run, views))),
        nextCursor: next === null ? null : encodeCursor(next),
        ...(looked === null ? {} : { looked }),
      };
    },
    getRun: async ({ actor, input: { params, query }, signal }) => {
      if (query.wait === undefined)
        return await presented(services, await seeRun(services.store.runs, actor, params.id));
      const waitMs = Math.min(query.wait, DEFAULTS.waitMaxMs);
      return await presented(
        services,
        await awaitRun(services.waiting, { actor, runId: params.id }, { waitMs, signal: signal() }),
      );
    },
    cancelRun: async ({ actor, input: { params, body } }) => {
      const intent = { kind: 'cancel', ...body, now: services.clock.now() } as const;
      return presentRun(await askRun(services.changing, { actor, runId: params.id }, intent));
    },
    retryRun: async ({ actor, input: { params, body } }) => {
      const endedAt = body.endedAt === undefined ? null : Date.parse(body.endedAt);
      const intent = { kind: 'retry', endedAt, now: services.clock.now() } as const;
      return presentRun(await askRun(services.changing, { actor, runId: params.id }, intent));
    },
  };
}

function feedHandlers(services: Services): SomeHandlers<FeedOperation> {
  return {
    writeInput: async ({ actor, input: { params, query }, body }) => {
      const piece = { offset: query.offset, end: query.end ?? false, chunks: body ?? nothing() };
      return await writeInput(services.input, { actor, runId: params.id }, piece);
    },
    resizeTerminal: async ({ actor, input: { params, body } }) => {
      await resizeTerminal(services.terminals, { actor, runId: params.id }, body);
      return undefined;
    },
    takeOver: async ({ actor, input: { params } }) => {
      if (!actor.local)
        throw new ErrandError('forbidden', 'only the command line on this machine hands over its run');
      const run = await seeRun(services.store.runs, actor, params.id);
      services.callerPlaces.takeOver(run);
      return undefined;
    },
  };
}

async function presented(services: Services, run: RunRecord): Promise<ReturnType<typeof presentRun>> {
  return {
    ...(await explained(services, run, new Map())),
    result: await seeResult(services.store.runs, run),
  };
}

/** With the reason why it waits, where it does. */
async function explained(
  services: Services,
  run: RunRecord,
  views: PoolViews,
): Promise<ReturnType<typeof presentRun>> {
  return presentRun(run, await whyOf(services, run, views));
}

async function whyOf(services: Services, run: RunRecord, views: PoolViews): Promise<string | null> {
  if (run.state === 'queued') return await whyWaiting(services.why, run, views);
  if (run.state === 'running') return await whySilent(services.sessions, run);
  return run.state === 'leased' ? await whyStarting(services.sessions, run) : null;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

type ListQuery = Call<'listRuns'>['input']['query'];

/** What the reader asked for, narrowed to what the key may see. */
async function listed(
  { store: { runs } }: Services,
  actor: Actor,
  query: ListQuery,
): Promise<Omit<FoundRuns, 'looked'> & { readonly looked: number | null }> {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  const [filter, page] = [filterOf(actor, query), { limit: query.limit, after }];
  if (query.text !== undefined) return await findRuns(runs, { filter, words: query.text.split(/\s+/), page });
  const found = await runs.list(filter, page);
  return { runs: found, next: found.length === page.limit ? (found.at(-1) ?? null) : null, looked: null };
}

function filterOf(actor: Actor, query: ListQuery): RunFilter {
  const owner = query.owner ?? (actor.role === 'admin' ? undefined : actor.owner);
  if (
    owner !== undefined &&
    actor.role !== 'admin' &&
    owner !== actor.owner &&
    !owner.startsWith(`${actor.owner}/`)
  ) {
    throw new ErrandError('forbidden', `this key sees runs of ${actor.owner}, not of ${owner}`);
  }
  const filter: { -readonly [Key in keyof RunFilter]: RunFilter[Key] } = {};
  if (owner !== undefined) filter.ownerScope = owner;
  if (query.status !== undefined) filter.status = query.status;
  if (query.pool !== undefined) filter.pool = query.pool;
  if (query.agent !== undefined) filter.agentId = query.agent;
  if (query.session !== undefined) filter.session = query.session;
  if (query.name !== undefined) filter.name = query.name;
  if (query.script !== undefined) filter.script = query.script;
  if (query.tag !== undefined) filter.tags = query.tag;
  if (query.createdAfter !== undefined) filter.createdAfter = Date.parse(query.createdAfter);
  if (query.createdBefore !== undefined) filter.createdBefore = Date.parse(query.createdBefore);
  return filter;
}
