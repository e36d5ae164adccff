import { CANCEL_SIGNALS, RUN_STATUSES } from '@errand/core/vocabulary';
import { z } from 'zod';
import { Limit } from './limit.ts';
import { Duration } from './quantity.ts';
import { EndView, Id, RunCreate } from './run.ts';

export const GroupCreate = z.strictObject({
  run: RunCreate.meta({ description: 'What each agent of the pool executes that has its labels' }),
  atOnce: Limit.optional().meta({ description: 'How many of its runs may be held at once; all without it' }),
  maxFailures: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({ description: 'When more runs than this have failed, no other begins; without it all are made' }),
});
export type GroupCreate = z.output<typeof GroupCreate>;

const Time = z.iso.datetime();

export const GroupMember = z.strictObject({
  agent: z.string().meta({ description: 'Id of its agent' }),
  agentName: z.string(),
  run: z.string().meta({ description: 'Id of its run' }),
  status: z.enum(RUN_STATUSES),
  why: z.string().nullable().meta({ description: 'Why it waits' }),
  attempt: z.int(),
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  exitCode: z.int().nullable(),
  end: EndView.nullable(),
});
export type GroupMember = z.output<typeof GroupMember>;

const GroupHead = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  owner: z.string(),
  createdBy: z.string(),
  pool: z.string(),
  labels: z.record(z.string(), z.string()),
  atOnce: z.int().nullable(),
  maxFailures: z.int().nullable(),
  createdAt: Time,
  cancelRequestedAt: Time.nullable(),
  counts: z.partialRecord(z.enum(RUN_STATUSES), z.int()).meta({ description: 'Its runs by status' }),
  ended: z.boolean().meta({ description: 'All of its runs have ended' }),
});

export const Group = GroupHead.extend({
  exitCode: z.int().nullable().meta({
    description: 'Once it has ended: 0 where every run succeeded, else the highest exit status of a run',
  }),
  runs: z.array(GroupMember),
}).meta({ id: 'Group' });
export type Group = z.output<typeof Group>;

export const GroupParams = z.strictObject({ id: Id });
export const GroupList = z.strictObject({ groups: z.array(GroupHead), nextCursor: z.string().nullable() });
export const ListGroupsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
});
export const GetGroupQuery = z.strictObject({
  wait: Duration.optional().meta({
    description: 'Hold the answer until it has ended, at most this long (10m)',
  }),
});
export const GroupCancelBody = z.strictObject({
  signal: z.enum(CANCEL_SIGNALS).default('TERM'),
  kill: z.boolean().default(false).meta({ description: 'Skip the grace: kill now' }),
});
