import type { Handle } from '@errand/core';

/** What a handle of this provider holds: nothing of an invocation, which has no name that anybody could ask for. */
export interface Place {
  /** The key of its launch: what its agent goes by. */
  readonly launch: string;
  readonly session: string;
}

export function handleOf({ launch, session }: Place): Handle {
  return { v: 1, data: { launch, session } };
}

export function placeOf({ data }: Handle): Place {
  return { launch: String(data['launch']), session: String(data['session']) };
}
