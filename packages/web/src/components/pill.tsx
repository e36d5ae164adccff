import type { ReactNode } from 'react';

const TONES = {
  good: { tone: 'bg-good-soft text-good', dot: 'bg-good' },
  bad: { tone: 'bg-bad-soft text-bad', dot: 'bg-bad' },
  warn: { tone: 'bg-warn-soft text-warn', dot: 'bg-warn' },
  calm: { tone: 'bg-sunken text-muted', dot: 'bg-strong-line' },
  live: { tone: 'bg-accent-soft text-accent', dot: 'bg-accent animate-pulse' },
} as const;
export type PillTone = keyof typeof TONES;

/** How something is, in a word; the colour only repeats it. */
export function Pill({
  tone,
  children,
}: {
  readonly tone: PillTone;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-1 text-[13px] leading-none font-medium whitespace-nowrap ${TONES[tone].tone}`}
    >
      <span className={`size-2 rounded-full ${TONES[tone].dot}`} />
      {children}
    </span>
  );
}
