import type { ErrorCode } from '@errand/core/vocabulary';

/** The one place where an error code becomes an HTTP status. */
export const STATUS_BY_CODE = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  range: 416,
  misdirected: 421,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>;
