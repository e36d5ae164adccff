import {
  JOB_CAUSE_KINDS,
  JOB_FINISHES,
  JOB_STATES,
  JOB_STATUSES,
  OUTPUT_STATES,
} from '@errand/core/vocabulary';
import { z } from 'zod';
import { JobDocument } from './job-document.ts';
import { Duration } from './quantity.ts';
import { EndView } from './run.ts';
import { many } from './run-query.ts';
import { Time } from './session.ts';
import { Name } from './text.ts';

/** A document as it was written: its placeholders are filled in before it is checked. */
export const JobBody = z
  .record(z.string(), z.unknown(), { error: 'must be an object with commands' })
  .meta({ ...z.toJSONSchema(JobDocument, { io: 'input', unrepresentable: 'any' }), id: undefined });

const CauseView = z.strictObject({
  cause: z.enum(JOB_CAUSE_KINDS),
  sentence: z.string(),
  attempt: z.int(),
  command: z.int().nullable().meta({ description: 'Place of the command that failed, from 0' }),
  run: z.string().nullable().meta({ description: 'Id of its run: errand logs shows what it wrote' }),
  output: z.int().nullable().meta({ description: 'Place of the output that failed, from 0' }),
});

const CommandView = z.strictObject({
  text: z.string(),
  run: z.string().nullable().meta({ description: 'Id of its run; null: not begun' }),
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  end: EndView.nullable(),
});

const OutputView = z.strictObject({
  text: z.string().meta({ description: 'As the document names it' }),
  state: z.enum(OUTPUT_STATES),
  why: z.string().nullable(),
});

export const JobAttemptView = z.strictObject({
  number: z.int(),
  session: z.string().nullable().meta({ description: 'Id of its session' }),
  startedAt: Time,
  endedAt: Time.nullable().meta({
    description: 'When its outcome was known; its session is ended after that',
  }),
  steps: z
    .array(z.strictObject({ state: z.enum(JOB_STATES), at: Time }))
    .meta({ description: 'When it came into which state' }),
  commands: z.array(CommandView),
  outputs: z.array(OutputView),
  cause: CauseView.nullable().meta({ description: 'null: it goes on, or succeeded' }),
  ending: z.enum(JOB_FINISHES).nullable().meta({ description: 'What becomes of its session' }),
  settled: z.boolean().meta({ description: 'The provider has confirmed that' }),
});

export const Job = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable(),
    owner: z.string(),
    createdBy: z.string(),
    tags: z.array(z.string()),
    status: z.enum(JOB_STATUSES),
    state: z.enum(JOB_STATES),
    since: Time.meta({ description: 'When it came into this state' }),
    why: z.string().nullable().meta({ description: 'What it is doing or waits for, or why it ended' }),
    attempt: z.int().meta({ description: 'Number of the latest attempt; 0 before the first' }),
    attemptsMost: z.int(),
    command: z.int().nullable().meta({ description: 'Place of the command that runs, from 0' }),
    commands: z.array(z.string()),
    outputs: z.array(z.string()),
    createdAt: Time,
    startedAt: Time.nullable(),
    endedAt: Time.nullable(),
    deadline: Time,
    nextAttemptAt: Time.nullable(),
    cancelRequestedAt: Time.nullable(),
    cause: CauseView.nullable().meta({ description: 'Why it did not succeed: the primary cause' }),
    exitCode: z
      .int()
      .nullable()
      .meta({ description: 'Of a command line that waited; 0 only if it succeeded' }),
    warnings: z.array(z.string()),
    attempts: z.array(JobAttemptView),
    document: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'As it is run: placeholders filled in, secret values left out; not in lists' }),
  })
  .meta({ id: 'Job' });
export type Job = z.output<typeof Job>;

export const JobList = z.strictObject({ jobs: z.array(Job), nextCursor: z.string().nullable() });

/** An id; or the name of one of the key’s owner. */
export const JobParams = z.strictObject({ id: Name });

export const ListJobsQuery = z.strictObject({
  status: many(z.enum(JOB_STATUSES)).optional(),
  owner: z.string().optional(),
  name: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
});

export const GetJobQuery = z.strictObject({
  wait: Duration.optional().meta({
    description: 'Hold the answer until the job has finished, at most this long (10m)',
  }),
});

export const JobEventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).meta({ description: 'Number of the last event known' }),
  wait: Duration.optional().meta({ description: 'Hold the answer until there is one, at most this long' }),
});

export const JobEvents = z.strictObject({
  events: z.array(z.strictObject({ seq: z.int(), at: Time, kind: z.string(), text: z.string() })),
  status: z.enum(JOB_STATUSES),
  ended: z.boolean(),
});

export const JobReport = z.strictObject({
  faults: z.array(
    z.strictObject({
      path: z.array(z.union([z.string(), z.int()])).meta({ description: 'Where in the document' }),
      message: z.string(),
    }),
  ),
  warnings: z.array(z.string()),
  document: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({ description: 'As it would be run now; null: it has faults' }),
});
export type JobReport = z.output<typeof JobReport>;
