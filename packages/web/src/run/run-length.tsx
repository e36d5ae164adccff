import type { Run } from '@errand/sdk';
import type { ReactNode } from 'react';
import { durationText, useNow } from '../components/time.tsx';

/** How long a run has been running, or ran; before its start, how long it has waited. */
export function RunLength({ run }: { readonly run: Run }): ReactNode {
  const now = useNow(1_000, run.endedAt === null);
  const end = run.endedAt === null ? now : Date.parse(run.endedAt);
  if (run.startedAt !== null) return <span>{durationText(end - Date.parse(run.startedAt))}</span>;
  return run.endedAt === null ? <span>waiting {durationText(end - Date.parse(run.queuedAt))}</span> : null;
}
