/** The closed list of what can be wrong with a request. The HTTP edge maps each to a status; domain code knows no status. */
export const ERROR_CODES = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'gone',
  'too_large',
  'range',
  'misdirected',
  'unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error root. `message` is a sentence for the caller that says what to change; what is only for the log goes into `cause`.
 * Business outcomes (exit code 3, canceled) are data, never errors.
 */
export class ErrandError extends Error {
  override readonly name = 'ErrandError';
  readonly code: ErrorCode;
  /** Machine-readable particulars, for instance the fields that are wrong. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.details = more.details;
  }
}
