import { FRAMES_MEDIA_TYPE } from '@errand/contract/wire';
import { ErrandError, maySee, type RunRecord } from '@errand/core';
import type { Services } from '../../services.ts';
import { Bell } from '../../use-cases/bell.ts';
import { findLines } from '../../use-cases/runs/find-lines.ts';
import { followLog, type LogState, logState } from '../../use-cases/runs/read-log.ts';
import { topics } from '../../use-cases/topics.ts';
import type { Call, Handler, SomeHandlers } from '../call.ts';
import { encodeFollowed, encodeRead, event, LOG_FORMATS, type LogFormat, streamOf } from '../log-response.ts';
import { presentRun } from '../present/run.ts';
import { type ByteRange, byteRange } from '../range.ts';

/** A reader with more changed runs than this waiting is cut off: it comes back and lists them, which is cheaper for both. */
const WAITING_RUNS = 10_000;

/** Proxies and phones drop lines that stay silent; the first one also brings the headers to the reader at once. */
const STILL_HERE = new TextEncoder().encode(': still here\n\n');
const BEAT_MS = 15_000;

export function logHandlers(services: Services): SomeHandlers<'readLog' | 'findLines' | 'followEvents'> {
  return {
    findLines: findLinesOf(services),
    readLog: async (call) => {
      const { query, params } = call.input;
      const format = formatOf(call);
      const asked = { actor: call.actor, runId: params.id };
      const state = await logState(services.reading, asked, query.attempt ?? null);
      if (state !== null) checkKept(state);
      const follow = query.follow === true && state?.ended !== true;
      const size = state?.size ?? 0;
      const wanted = { header: call.headers.get('range'), from: query.from ?? lastEventId(call.headers) };
      const range = byteRange(wanted, { size, open: follow || query.follow === true });
      const stream = query.stream ?? null;
      const attempt = query.attempt ?? null;
      services.reads.note({ runId: params.id, token: state?.log.token ?? 1 });
      if (query.follow === true && range.to === size) {
        const steps = followLog(services.reading, {
          ...asked,
          attempt,
          from: range.from,
          stream,
          signal: call.signal(),
        });
        const body = encodeFollowed(steps, { format, from: range.from, onBrokenOff: call.hangUp });
        return logResponse(streamOf(body), {
          attempt: attemptOf(state),
          format,
          range,
          size: null,
          filtered: false,
        });
      }
      const piece = { from: range.from, to: range.to, ...(stream === null ? {} : { stream }) };
      const pieces = state === null ? none() : services.logs.read(state.log, piece);
      const body = streamOf(encodeRead(format, pieces, range.to));
      const filtered = stream !== null;
      return logResponse(body, { attempt: attemptOf(state), format, range, size, filtered });
    },
    followEvents: async (call) => {
      const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
      return new Response(streamOf(runEvents(services, call)), { headers });
    },
  };
}

function findLinesOf(services: Services): Handler<'findLines'> {
  return async ({ actor, input: { params, query }, signal }) => {
    const { text = [], ...wanted } = query;
    const asked = { actor, runId: params.id };
    const state = await logState(services.reading, asked, query.attempt ?? null);
    if (state === null) return { lines: [], next: 0, done: true, size: 0 };
    checkKept(state);
    services.reads.note(state.log);
    const texts = typeof text === 'string' ? [text] : text;
    return await findLines(services.reading, state, { ...wanted, texts, signal: signal() });
  };
}

async function* none(): AsyncGenerator<never> {}

function attemptOf(state: LogState | null): number | null {
  return state?.executed === true ? state.log.token : null;
}

/** Retention takes logs and leaves the end record. */
function checkKept({ ended, end, size }: LogState): void {
  if (!ended || end === null || size >= end.bytes) return;
  throw new ErrandError('gone', `the log of ${end.bytes} bytes is no longer kept; its end record still is`, {
    details: { ...end },
  });
}

/** A reader that cannot set headers asks by query; curl and `Accept` headers work too. */
function formatOf({ input, headers }: Call<'readLog'>): LogFormat {
  if (input.query.format !== undefined) return LOG_FORMATS[input.query.format];
  const accept = headers.get('accept') ?? '';
  if (accept.includes(FRAMES_MEDIA_TYPE)) return LOG_FORMATS.frames;
  return accept.includes('text/event-stream') ? LOG_FORMATS.events : LOG_FORMATS.bytes;
}

function lastEventId(headers: Headers): number | undefined {
  const id = headers.get('last-event-id');
  return id !== null && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

interface LogAnswer {
  /** null while it is not known which attempt will be executed. */
  readonly attempt: number | null;
  readonly format: LogFormat;
  readonly range: ByteRange;
  /** null while the log may still grow. */
  readonly size: number | null;
  readonly filtered: boolean;
}

function logResponse(
  body: ReadableStream<Uint8Array>,
  { attempt, format, range, size, filtered }: LogAnswer,
): Response {
  const headers = new Headers({ 'content-type': format.mediaType, 'cache-control': 'no-store' });
  headers.set('x-content-type-options', 'nosniff');
  headers.set('accept-ranges', 'bytes');
  headers.set('errand-next-offset', String(range.to));
  if (attempt !== null) headers.set('errand-attempt', String(attempt));
  const plain = format === LOG_FORMATS.bytes && !filtered && size !== null;
  if (plain) headers.set('content-length', String(range.to - range.from));
  if (range.partial && range.to > range.from) {
    headers.set('content-range', `bytes ${range.from}-${range.to - 1}/${size ?? '*'}`);
  }
  return new Response(body, { status: range.partial && plain ? 206 : 200, headers });
}

/** Changes of the runs that the key may see, from now on; a run's present state first where one is named. */
async function* runEvents(
  services: Services,
  { actor, input, signal }: Call<'followEvents'>,
): AsyncGenerator<Uint8Array> {
  const { run: only } = input.query;
  const gone = signal();
  const changed = new Set<string>(only === undefined ? [] : [only]);
  const bell = new Bell();
  const unsubscribe = services.notifier.subscribe(topics.runs, (id) => {
    if (id === undefined || (only !== undefined && id !== only)) return;
    changed.add(id);
    bell.ring();
  });
  gone.addEventListener('abort', bell.ring);
  try {
    yield STILL_HERE;
    while (!gone.aborted && changed.size <= WAITING_RUNS) {
      for (const id of changed) {
        changed.delete(id);
        const run = await services.store.runs.get(id);
        if (run !== null && maySee(actor, run.owner)) yield runEvent(run);
      }
      await bell.wait(services.clock, BEAT_MS);
      if (changed.size === 0) yield STILL_HERE;
    }
  } finally {
    gone.removeEventListener('abort', bell.ring);
    unsubscribe();
  }
}

function runEvent(run: RunRecord): Uint8Array {
  return event('run', `${run.id}.${run.version}`, presentRun(run));
}
