/** Identifiers and secrets, as an argument of everything that needs them. */
export interface Ids {
  /** A new id such as `run_01hq...`: the prefix, then time-ordered text of 26 characters `[0-9a-z]` unique for ever. */
  next(prefix: string, now: number): string;
  /** `bytes` random bytes as base64url text. */
  secret(bytes: number): string;
}
