import { ErrandError } from '@errand/core';
import { statusOf } from './engine-error.ts';

/** What the engine says of a path, as a sentence. Like `engine-error`, it has to look at texts. */
export function fileError(error: unknown, path: string): unknown {
  if (error instanceof ErrandError || !(error instanceof Error)) return error;
  const { message } = error;
  if (/no space left on device|disk quota exceeded/i.test(message))
    return new ErrandError('unavailable', `${path} does not fit: the disk of the Docker engine is full`, {
      cause: error,
    });
  if (/read-only/i.test(message))
    return new ErrandError(
      'conflict',
      `${path} lies where the container can only be read; put it into a volume`,
      {
        cause: error,
      },
    );
  if (/not a directory/i.test(message))
    return new ErrandError('conflict', `${path} goes through something that is no folder`, { cause: error });
  if (statusOf(error) === 404) return new ErrandError('not_found', `${path} is not there`, { cause: error });
  if (statusOf(error) === 400 || statusOf(error) === 403)
    return new ErrandError('invalid', `the Docker engine refuses ${path}: ${message}`, { cause: error });
  return error;
}
