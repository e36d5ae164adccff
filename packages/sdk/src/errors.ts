import type { ErrorBody, Run } from '@errand/contract';

/** The closed list of what can be wrong with a request. */
export type ErrorCode = ErrorBody['error']['code'];

/** The control plane refused a call. `message` is a sentence for people; `requestId` finds the call in the server's log. */
export class ErrandApiError extends Error {
  override readonly name = 'ErrandApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly requestId: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(answer: {
    readonly code: ErrorCode;
    readonly status: number;
    readonly message: string;
    readonly requestId: string;
    readonly details?: Readonly<Record<string, unknown>> | undefined;
  }) {
    super(answer.message);
    this.code = answer.code;
    this.status = answer.status;
    this.requestId = answer.requestId;
    this.details = answer.details ?? {};
  }
}

/** There was no answer, or only a part of one. Whether the call was carried out is not known; `cause` says what the network said. */
export class ErrandConnectionError extends Error {
  override readonly name = 'ErrandConnectionError';
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`no connection to ${url}: ${reasonOf(cause)}`, { cause });
    this.url = url;
  }
}

/** The system's code of the innermost cause, such as ECONNREFUSED; undefined where there is none. */
export function causeCode(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}

/** Global fetch says only "fetch failed" and hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message === '' ? (causeCode(error) ?? error.name) : error.message;
}

/** A run whose result was asked for has not succeeded, or not yet. `run` is as it was then. */
export class ErrandRunError extends Error {
  override readonly name = 'ErrandRunError';
  readonly run: Run;

  constructor(run: Run) {
    super(run.end?.sentence ?? `the run ${run.id} is still ${run.status}`);
    this.run = run;
  }
}
