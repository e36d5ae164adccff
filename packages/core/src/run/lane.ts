import type { Labels } from './labels.ts';
import type { RunRecord } from './record.ts';

/** Lanes of labels begin with this; ids of agents never do, and sort before it. */
export const LABEL_LANE = '{';

/**
 * The part of its pool's queue that a run stands in: '' for any agent, the id of a named one, or the labels an agent must have, as one
 * text that does not depend on their order.
 */
export function laneOf({ agentId, labels }: Pick<RunRecord, 'agentId' | 'labels'>): string {
  if (agentId !== null) return agentId;
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '' : JSON.stringify(Object.fromEntries(entries));
}

/** The labels that the runs of a lane want; none for the other lanes. */
export function labelsOfLane(lane: string): Labels {
  return lane.startsWith(LABEL_LANE) ? (JSON.parse(lane) as Labels) : {};
}
