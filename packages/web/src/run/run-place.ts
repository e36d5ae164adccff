/** What a link to a run may point at. */
export interface RunPlace {
  readonly attempt?: number;
  /** Combined offset of a line in its log. */
  readonly at?: number;
}

export function runPlaceOfLink(search: Record<string, unknown>): RunPlace {
  const { attempt, at } = search;
  return {
    ...(isCount(attempt) && attempt > 0 ? { attempt } : {}),
    ...(isCount(at) ? { at } : {}),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
