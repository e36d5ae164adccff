import {
  type Clock,
  cancelGroup,
  ErrandError,
  type GroupRecord,
  type GroupStore,
  type Page,
  planGroup,
  requestRun,
} from '@errand/core';
import { type Actor, checkTouches } from '../actor.ts';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';

export interface TendGroupsParts extends ChangeRunParts {
  readonly groups: Pick<GroupStore, 'get' | 'save' | 'open' | 'runs' | 'count'>;
  readonly clock: Pick<Clock, 'now'>;
}

const MOST_TRIES = 100;

/** Wishes the end of a group: once this is stored every run of it ends, also one that begins just now. */
export async function askGroup(
  parts: TendGroupsParts,
  { actor, id }: { readonly actor: Actor; readonly id: string },
  how: Omit<Parameters<typeof cancelGroup>[1], 'now'>,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const group = await parts.groups.get(id);
    checkTouches(actor, group?.owner, 'group');
    if (group === null) throw new ErrandError('not_found', 'there is no such group');
    const next = cancelGroup(group, { ...how, now: parts.clock.now() });
    if (next !== null && (await parts.groups.save(next)) === 'stale') continue;
    return await tendGroup(parts, next ?? group);
  }
  throw new Error(`GROUP-1: group ${id} could not be saved in ${MOST_TRIES} tries`);
}

/** Does what is to be done about some open groups, in turns; answers the last of them, null at the end. */
export async function tendGroups(
  parts: TendGroupsParts,
  after: Page['after'],
  limit: number,
): Promise<Page['after']> {
  const groups = await parts.groups.open({ limit, after });
  for (const group of groups) await tendGroup(parts, group);
  const last = groups.length === limit ? groups.at(-1) : undefined;
  return last === undefined ? null : { createdAt: last.createdAt, id: last.id };
}

async function tendGroup(parts: TendGroupsParts, group: GroupRecord): Promise<void> {
  const { groups, clock } = parts;
  const { ask, close } = planGroup(group, await groups.count(group.id), clock.now());
  if (ask !== null) {
    const runs = await groups.runs(group.id, ask.states);
    await Promise.all(
      runs.map(({ id }) =>
        changeRun(parts, id, (run) =>
          ask.states.includes(run.state) ? requestRun(run, ask.intent) : { kind: 'same' },
        ),
      ),
    );
  }
  // A stale save is made up for by the next look.
  if (close && group.open) await groups.save({ ...group, version: group.version + 1, open: false });
}
