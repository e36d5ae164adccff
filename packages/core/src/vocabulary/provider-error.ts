/**
 * What an error of a provider means for whoever asked. capacity: it has no room now. quota: a limit of the account. auth: our credentials.
 * config: what was asked for cannot be. transient: anything that may go away by itself.
 */
export const PROVIDER_ERROR_KINDS = ['capacity', 'quota', 'auth', 'config', 'transient'] as const;
export type ProviderErrorKind = (typeof PROVIDER_ERROR_KINDS)[number];

/** Is there a point in making the same call again soon? */
export const REPEATABLE_ERRORS: Readonly<Record<ProviderErrorKind, boolean>> = {
  capacity: true,
  quota: false,
  auth: false,
  config: false,
  transient: true,
};

/** A call of a provider failed. The message is a sentence for people that says what to do; what is only for the log is the cause. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly kind: ProviderErrorKind;
  /** The provider asked not to be called before this many ms; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: ProviderErrorKind,
    message: string,
    more: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}
