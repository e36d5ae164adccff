import type { Answer } from '@errand/contract';
import { type GroupRecord, groupExitCode, type RunRecord, type StatusCount } from '@errand/core';
import type { SeenGroup } from '../../use-cases/groups/see-group.ts';
import { presentRun } from './run.ts';

type Head = Answer<'listGroups'>['groups'][number];

/** A group as lists show it. */
export function presentGroupHead(group: GroupRecord, counted: readonly StatusCount[]): Head {
  const { id, name, owner, createdBy, pool, labels, atOnce, maxFailures, createdAt, cancel } = group;
  return {
    id,
    name,
    owner,
    createdBy,
    pool,
    atOnce,
    maxFailures,
    labels: { ...labels },
    createdAt: new Date(createdAt).toISOString(),
    cancelRequestedAt: cancel === null ? null : new Date(cancel.at).toISOString(),
    counts: Object.fromEntries(counted.map(({ status, count }) => [status, count])),
    ended: counted.every(({ status }) => ENDED.has(status)),
  };
}

const ENDED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'timed_out', 'canceled', 'lost']);

/** A group with its runs, by the names of their agents. `whyOf`: what those that wait are waiting for. */
export function presentGroup(
  { group, runs, nameOf }: SeenGroup,
  whyOf: ReadonlyMap<string, string>,
): Answer<'getGroup'> {
  const members = runs.map((run) => presentMember(run, nameOf, whyOf.get(run.id) ?? null));
  const statuses = Map.groupBy(members, ({ status }) => status);
  const counts = [...statuses].map(([status, those]) => ({ status, count: those.length }));
  return {
    ...presentGroupHead(group, counts),
    exitCode: groupExitCode(runs),
    runs: members.toSorted((a, b) => (a.agentName < b.agentName ? -1 : 1)),
  };
}

function presentMember(
  record: RunRecord,
  nameOf: ReadonlyMap<string, string>,
  waits: string | null,
): Answer<'getGroup'>['runs'][number] {
  const run = presentRun(record, waits);
  const { status, why, attempt, startedAt, endedAt, exitCode, end } = run;
  const agent = record.agentId ?? '';
  const about = { status, why, attempt, startedAt, endedAt, exitCode, end };
  return { agent, agentName: nameOf.get(agent) ?? agent, run: record.id, ...about };
}
