import { STATUS_BY_CODE } from '@errand/contract';
import { ErrandError } from '@errand/core';

/**
 * The answer, or what is wrong with the request in the shape that callers of an older system know: a sentence, never a stack. What is not the
 * caller's fault goes on to the common answer.
 */
export async function inOldShape(
  answer: () => Promise<Response>,
  shape: (status: number, sentence: string) => Response,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof ErrandError)) throw error;
    const status = STATUS_BY_CODE[error.code];
    if (status >= 500) throw error;
    return shape(status, error.message);
  }
}
