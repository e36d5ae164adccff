import { type ErrorBody, STATUS_BY_CODE } from '@errand/contract';
import { ErrandError } from '@errand/core';
import type { z } from 'zod';

import type { AboutAnswer } from './about-answer.ts';

/** Any error as the answer of the API. What is not an ErrandError is `internal`: its text stays in the log. */
export function errorResponse(error: unknown, about: AboutAnswer): Response {
  const known =
    error instanceof ErrandError
      ? error
      : new ErrandError('internal', 'something went wrong here; the log has more', { cause: error });
  const body: ErrorBody = {
    error: {
      code: known.code,
      message: known.message,
      requestId: about['errand-request'],
      ...(known.details === undefined ? {} : { details: { ...known.details } }),
    },
  };
  const headers = new Headers({ ...about });
  if (known.code === 'range') headers.set('content-range', `bytes */${Number(known.details?.['size'] ?? 0)}`);
  if (known.code === 'method_not_allowed') headers.set('allow', [known.details?.['allow']].flat().join(', '));
  if (known.code === 'unauthenticated') headers.set('www-authenticate', 'Bearer');
  if (known.code === 'unavailable') headers.set('retry-after', '1');
  return Response.json(body, { status: STATUS_BY_CODE[known.code], headers });
}

/** What a schema found wrong, as one sentence and field by field. */
export function invalidInput(where: string, error: z.ZodError): ErrandError {
  const fields = error.issues
    .slice(0, 10)
    .map(({ path, message }) => ({ field: path.join('.') || where, message }));
  const sentence = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new ErrandError('invalid', sentence, { details: { fields } });
}
