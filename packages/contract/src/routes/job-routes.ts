import {
  GetJobQuery,
  Job,
  JobBody,
  JobEvents,
  JobEventsQuery,
  JobList,
  JobParams,
  JobReport,
  ListJobsQuery,
} from '../schemas/job.ts';
import type { Route } from './route.ts';

export const JOB_ROUTES = {
  createJob: {
    summary:
      'Submit a job: a session is made, the commands run in it in order, the outputs are checked, and all is torn down. With an Idempotency-Key header a repeat answers with the job made before',
    access: 'touch',
    body: JobBody,
    status: 201,
    answer: Job,
    errors: ['invalid', 'forbidden', 'not_found', 'conflict'],
  },
  checkJob: {
    summary: 'Say what is wrong with a document, and what it would be run as. Makes nothing',
    access: 'touch',
    body: JobBody,
    status: 200,
    answer: JobReport,
    errors: ['invalid'],
  },
  listJobs: {
    summary: 'List jobs, newest first',
    access: 'any',
    query: ListJobsQuery,
    status: 200,
    answer: JobList,
    errors: ['invalid'],
  },
  getJob: {
    summary: 'One job, by id or name, with its attempts. With wait the answer is held until it has finished',
    access: 'any',
    params: JobParams,
    query: GetJobQuery,
    status: 200,
    answer: Job,
    errors: ['invalid', 'not_found'],
  },
  jobEvents: {
    summary: 'What happened to a job, from an event on; with wait the answer is held until there is one',
    access: 'any',
    params: JobParams,
    query: JobEventsQuery,
    status: 200,
    answer: JobEvents,
    errors: ['invalid', 'not_found'],
  },
  cancelJob: {
    summary: 'End a job: what runs is ended, its session is torn down, nothing is tried again. Repeatable',
    access: 'touch',
    params: JobParams,
    status: 200,
    answer: Job,
    errors: ['not_found'],
  },
} as const satisfies Record<string, Route>;
