import type { Input, Run } from '@errand/sdk';

type Query = NonNullable<Input<'listRuns'>['query']>;
export type Status = Run['status'];

/** Which runs are shown; it stands in the address, so that a list can be shared. */
export interface RunFilter {
  readonly state?: FilterState;
  readonly pool?: string;
  readonly owner?: string;
  readonly tag?: string;
  readonly name?: string;
  readonly text?: string;
  readonly since?: Since;
}

/** Groups of statuses that people ask for. */
export const STATES = {
  open: ['queued', 'starting', 'running', 'unreachable', 'canceling'],
  failed: ['failed', 'timed_out', 'lost'],
  succeeded: ['succeeded'],
  canceled: ['canceled'],
} as const satisfies Record<string, readonly Status[]>;
export type FilterState = keyof typeof STATES;

const HOUR = 3_600_000;
export const SINCE = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const;
export type Since = keyof typeof SINCE;

export function filterOfLink(search: Record<string, unknown>): RunFilter {
  const { state, since } = search;
  const texts = (['pool', 'owner', 'tag', 'name', 'text'] as const).flatMap((name) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  return {
    ...(Object.fromEntries(texts) as RunFilter),
    ...(typeof state === 'string' && state in STATES ? { state: state as FilterState } : {}),
    ...(typeof since === 'string' && since in SINCE ? { since: since as Since } : {}),
  };
}

/** How the filter is asked for. */
export function queryOf({ state, since, tag, ...texts }: RunFilter, now: number): Query {
  return {
    ...texts,
    ...(tag === undefined ? {} : { tag: [tag] }),
    ...(state === undefined ? {} : { status: [...STATES[state]] }),
    ...(since === undefined ? {} : { createdAfter: new Date(now - SINCE[since]).toISOString() }),
  };
}

export function isFiltered(filter: RunFilter): boolean {
  return Object.keys(filter).length > 0;
}
