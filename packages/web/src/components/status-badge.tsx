import type { Run } from '@errand/sdk';
import type { ReactNode } from 'react';
import { Pill, type PillTone } from './pill.tsx';

type Status = Run['status'];

/** Never by colour alone: each has its word. */
const LOOKS: Readonly<Record<Status, readonly [tone: PillTone, word: string]>> = {
  queued: ['calm', 'queued'],
  starting: ['live', 'starting'],
  running: ['live', 'running'],
  unreachable: ['warn', 'unreachable'],
  canceling: ['warn', 'canceling'],
  succeeded: ['good', 'succeeded'],
  failed: ['bad', 'failed'],
  timed_out: ['bad', 'timed out'],
  canceled: ['calm', 'canceled'],
  lost: ['bad', 'lost'],
};

export function StatusBadge({ status }: { readonly status: Status }): ReactNode {
  const [tone, word] = LOOKS[status];
  return <Pill tone={tone}>{word}</Pill>;
}

/** The word of a status, for people. */
export function statusWord(status: Status): string {
  return LOOKS[status][1];
}
