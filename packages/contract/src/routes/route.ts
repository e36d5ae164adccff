import type { ErrorCode } from '@errand/core/vocabulary';
import type { z } from 'zod';

/**
 * One operation of the HTTP API as a value: no function inside. `access` says who may call: `open` nobody is asked, `any` a live key of any role but agent,
 * the others that role (and admin).
 * `line`: an agent, or whoever is on the control plane's own machine.
 */
export interface Route {
  readonly summary: string;
  readonly access: 'open' | 'any' | 'touch' | 'admin' | 'agent' | 'line';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** JSON body, or `bytes` for a body that is streamed as it is. */
  readonly body?: z.ZodType | 'bytes';
  readonly status: 200 | 201 | 202 | 204;
  /** JSON answer; or the media types that a streamed answer may have. */
  readonly answer: z.ZodType | { readonly streams: readonly string[] } | null;
  readonly errors: readonly ErrorCode[];
}
