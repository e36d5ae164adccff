import type { PoolRecord } from '../agent/record.ts';
import { teamOf } from '../vocabulary/owner.ts';
import type { RunRecord } from './record.ts';

/**
 * A limit on how many runs of a pool are held (leased or running) at once, by what they have in common: the key that submitted them, their
 * concurrency key, or their group. A run is claimed only through all of its gates.
 */
export interface Gate {
  readonly kind: GateKind;
  /** What those have in common who stand before this gate; unique within the pool. */
  readonly name: string;
  readonly limit: number;
}

export type GateKind = 'key' | 'concurrency' | 'group';

/** The gates that a run of the pool must pass. The limit of the pool itself is no gate: it holds for every run alike. */
export function gatesOf(run: RunRecord, { limitPerKey }: Pick<PoolRecord, 'limitPerKey'>): readonly Gate[] {
  const gates: Gate[] = [];
  if (limitPerKey !== null) gates.push({ kind: 'key', name: keyGate(run), limit: limitPerKey });
  if (run.concurrency !== null) {
    gates.push({ kind: 'concurrency', name: concurrencyGate(run) ?? '', limit: run.concurrency.limit });
  }
  const atOnce = run.group?.atOnce ?? null;
  if (run.group !== null && atOnce !== null) gates.push({ kind: 'group', name: run.group.id, limit: atOnce });
  return gates;
}

/** The name of the gate of the key that submitted the run. */
export function keyGate({ createdBy }: Pick<RunRecord, 'createdBy'>): string {
  return `${KEY_GATE}${createdBy}`;
}

const KEY_GATE = 'key ';

/** The key whose gate has this name. */
export function keyOfGate(name: string): string {
  return name.slice(KEY_GATE.length);
}

/** The name of the gate of the run's concurrency key, which is its team's own; null where it has none. */
export function concurrencyGate({
  owner,
  concurrency,
}: Pick<RunRecord, 'owner' | 'concurrency'>): string | null {
  return concurrency === null ? null : `concurrency ${teamOf(owner)} ${concurrency.key}`;
}

/** May no more runs of its group begin, because more of them failed than it bears? Attempts asked for by hand are made all the same. */
export function hasFailedEnough({ group, past }: Pick<RunRecord, 'group' | 'past'>, failed: number): boolean {
  const limit = group?.maxFailures ?? null;
  return limit !== null && failed > limit && !past.some(({ reason }) => reason !== null);
}
