import { z } from 'zod';
import { ArtifactList, ArtifactQuery } from '../schemas/artifact.ts';
import { CancelBody, RetryBody, Run, RunCreate, RunList, RunParams, TerminalSize } from '../schemas/run.ts';
import {
  CreateRunQuery,
  FindLinesQuery,
  FoundLines,
  GetRunQuery,
  InputTaken,
  ListRunsQuery,
  ReadLogQuery,
  WriteInputQuery,
} from '../schemas/run-query.ts';
import { FRAMES_MEDIA_TYPE } from '../wire/frames.ts';
import type { Route } from './route.ts';

const LOG_STREAMS = {
  streams: ['application/octet-stream', FRAMES_MEDIA_TYPE, 'text/event-stream'],
} as const;

/** Where the submitting command line has its keeper write, and how the control plane finds that keeper. */
const CallerPlace = z.strictObject({
  token: z.int(),
  spool: z.string().meta({ description: 'Path prefix of the attempt’s files' }),
  log: z.string().meta({ description: 'Path prefix of its log' }),
  keeperSocket: z.string(),
});

export const RUN_ROUTES = {
  createRun: {
    summary: 'Submit a run. With an Idempotency-Key header a repeat answers with the run made before',
    access: 'touch',
    query: CreateRunQuery,
    body: RunCreate,
    status: 201,
    answer: Run.extend({ callerPlace: CallerPlace.optional() }),
    errors: ['invalid', 'forbidden', 'not_found', 'conflict', 'too_large'],
  },
  listRuns: {
    summary: 'List runs, newest first',
    access: 'any',
    query: ListRunsQuery,
    status: 200,
    answer: RunList,
    errors: ['invalid'],
  },
  getRun: {
    summary: 'One run; with wait the answer is held until the run ends or the time is up',
    access: 'any',
    params: RunParams,
    query: GetRunQuery,
    status: 200,
    answer: Run,
    errors: ['invalid', 'not_found'],
  },
  cancelRun: {
    summary: 'End a run: signal, grace, kill of its whole process tree. Repeatable',
    access: 'touch',
    params: RunParams,
    body: CancelBody,
    status: 200,
    answer: Run,
    errors: ['invalid', 'not_found'],
  },
  retryRun: {
    summary: 'Make one more attempt at a finished run; repeatable where the end that was seen is named',
    access: 'touch',
    params: RunParams,
    body: RetryBody,
    status: 200,
    answer: Run,
    errors: ['not_found', 'conflict'],
  },
  readLog: {
    summary: 'The log of a run: bytes, frames or server-sent events, by Range, resumable by offset',
    access: 'any',
    params: RunParams,
    query: ReadLogQuery,
    status: 200,
    answer: LOG_STREAMS,
    errors: ['invalid', 'not_found', 'gone', 'range'],
  },
  findLines: {
    summary:
      'Lines of a log that hold a text, or all of one stream. A call looks at a bounded part of the log; next and done tell how to go on',
    access: 'any',
    params: RunParams,
    query: FindLinesQuery,
    status: 200,
    answer: FoundLines,
    errors: ['invalid', 'not_found', 'gone'],
  },
  listArtifacts: {
    summary: 'The files that were kept when the run ended',
    access: 'any',
    params: RunParams,
    status: 200,
    answer: ArtifactList,
    errors: ['invalid', 'not_found', 'gone'],
  },
  readArtifact: {
    summary: 'One of them, whole or by Range; its SHA-256 is the ETag',
    access: 'any',
    params: RunParams,
    query: ArtifactQuery,
    status: 200,
    answer: { streams: ['application/octet-stream'] },
    errors: ['invalid', 'not_found', 'gone', 'range'],
  },
  writeInput: {
    summary:
      'Append bytes to the standard input of a run; end=1 closes it. A repeat at the same offset changes nothing',
    access: 'touch',
    params: RunParams,
    query: WriteInputQuery,
    body: 'bytes',
    status: 200,
    answer: InputTaken,
    errors: ['invalid', 'not_found', 'conflict', 'too_large'],
  },
  resizeTerminal: {
    summary: 'Tell a run with a terminal its new size',
    access: 'touch',
    params: RunParams,
    body: TerminalSize,
    status: 204,
    answer: null,
    errors: ['invalid', 'not_found', 'conflict'],
  },
  takeOver: {
    summary:
      'The submitting command line has started the command: the control plane’s own agent follows it from here',
    access: 'admin',
    params: RunParams,
    status: 204,
    answer: null,
    errors: ['not_found', 'conflict'],
  },
  followEvents: {
    summary: 'Changes of runs as server-sent events',
    access: 'any',
    query: z.strictObject({ run: z.string().optional() }),
    status: 200,
    answer: { streams: ['text/event-stream'] },
    errors: ['invalid'],
  },
} as const satisfies Record<string, Route>;
