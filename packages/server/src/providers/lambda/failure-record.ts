import type { EndedBy } from '@errand/core';

/** What Lambda puts into the on-failure destination of a function. */
export interface FailureRecord {
  /** Of the event, as the control plane made it. */
  readonly token: string;
  readonly end: EndedBy;
}

/**
 * Reads a record as docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html describes it; null: it is none of an event of ours. The kinds
 * of ends are told apart by `errorType`, and for time-outs, which older records do not type, by their text: here, and nowhere else.
 */
export function readFailure(text: string): FailureRecord | null {
  const record = parsed(text);
  const token = record.requestPayload?.token;
  return typeof token === 'string' ? { token, end: endOf(record) } : null;
}

interface Written {
  readonly requestContext?: { readonly condition?: unknown };
  readonly requestPayload?: { readonly token?: unknown };
  readonly responsePayload?: { readonly errorType?: unknown; readonly errorMessage?: unknown } | null;
}

function parsed(text: string): Written {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const TIMED_OUT = /Task timed out after (\d+(?:\.\d+)?) seconds/;
/** Of what it says; more is in its log. */
const MOST_CHARACTERS = 500;

function endOf({ requestContext, responsePayload }: Written): EndedBy {
  const type = text(responsePayload?.errorType);
  const message = text(responsePayload?.errorMessage);
  if (requestContext?.condition === 'EventAgeExceeded') return { kind: 'machine_gone', why: WAITED };
  if (type === 'Runtime.OutOfMemory') return { kind: 'out_of_memory' };
  const seconds = TIMED_OUT.exec(message)?.[1];
  if (seconds !== undefined) return { kind: 'life_ended', lifeMs: Number(seconds) * 1_000 };
  const said = [type, message].filter((part) => part !== '').join(': ') || 'nothing of why';
  const hint = message.includes('signal: killed') ? KILLED : '';
  const why = `Its function failed; Lambda says: ${said.slice(0, MOST_CHARACTERS)}.${hint}`;
  return { kind: 'machine_gone', why };
}

/** AWS's own words for this are that memory ran out; a command can do it, too. */
const KILLED =
  ' It says so where memory ran out, too: the function may need more (errand aws deploy-worker --memory).';

const WAITED =
  'Lambda had no room to execute it for so long that it gave up; raise the concurrency of the function, or lower the limit of the pool.';

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
