import type { Run } from '@errand/sdk';
import type { ReactNode } from 'react';

type Status = Run['status'];

interface Look {
  readonly word: string;
  readonly tone: string;
  readonly dot: string;
}

const GOOD = { tone: 'bg-good-soft text-good', dot: 'bg-good' };
const BAD = { tone: 'bg-bad-soft text-bad', dot: 'bg-bad' };
const WARN = { tone: 'bg-warn-soft text-warn', dot: 'bg-warn' };
const CALM = { tone: 'bg-sunken text-muted', dot: 'bg-strong-line' };
const LIVE = { tone: 'bg-accent-soft text-accent', dot: 'bg-accent animate-pulse' };

/** Never by colour alone: each has its word. */
const LOOKS: Readonly<Record<Status, Look>> = {
  queued: { ...CALM, word: 'queued' },
  starting: { ...LIVE, word: 'starting' },
  running: { ...LIVE, word: 'running' },
  unreachable: { ...WARN, word: 'unreachable' },
  canceling: { ...WARN, word: 'canceling' },
  succeeded: { ...GOOD, word: 'succeeded' },
  failed: { ...BAD, word: 'failed' },
  timed_out: { ...BAD, word: 'timed out' },
  canceled: { ...CALM, word: 'canceled' },
  lost: { ...BAD, word: 'lost' },
};

export function StatusBadge({ status }: { readonly status: Status }): ReactNode {
  const { word, tone, dot } = LOOKS[status];
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-1 text-[13px] leading-none font-medium whitespace-nowrap ${tone}`}
    >
      <span className={`size-2 rounded-full ${dot}`} />
      {word}
    </span>
  );
}

/** The word of a status, for people. */
export function statusWord(status: Status): string {
  return LOOKS[status].word;
}
