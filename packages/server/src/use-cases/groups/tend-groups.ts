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
import { changeRecord } from '../change-record.ts';
import { type ChangeRunParts, changeRun } from '../runs/change-run.ts';

export interface TendGroupsParts extends ChangeRunParts {
  readonly groups: Pick<GroupStore, 'get' | 'save' | 'open' | 'runs' | 'count'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Wishes the end of a group: once this is stored every run of it ends, also one that begins just now. */
export async function askGroup(
  parts: TendGroupsParts,
  { actor, id }: { readonly actor: Actor; readonly id: string },
  how: Omit<Parameters<typeof cancelGroup>[1], 'now'>,
): Promise<void> {
  const changed = await changeRecord({
    what: `GROUP-1: group ${id}`,
    load: () => parts.groups.get(id),
    decide: (group) => {
      checkTouches(actor, group.owner, 'group');
      return cancelGroup(group, { ...how, now: parts.clock.now() });
    },
    nextOf: (next) => next,
    save: (next) => parts.groups.save(next),
  });
  if (changed === null) throw new ErrandError('not_found', 'there is no such group');
  await tendGroup(parts, changed.record);
}

export interface GroupTurn {
  readonly groups: readonly GroupRecord[];
  /** After which the next turn begins; null: from the beginning. */
  readonly next: Page['after'];
}

/** Open groups in turns of so many, so that each has its own. */
export async function groupTurn(
  { groups }: Pick<TendGroupsParts, 'groups'>,
  after: Page['after'],
  limit: number,
): Promise<GroupTurn> {
  const open = await groups.open({ limit, after });
  const last = open.length === limit ? open.at(-1) : undefined;
  return { groups: open, next: last === undefined ? null : { createdAt: last.createdAt, id: last.id } };
}

/** Does what is to be done about a group. */
export async function tendGroup(parts: TendGroupsParts, group: GroupRecord): Promise<void> {
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
