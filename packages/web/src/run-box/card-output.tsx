import type { Run } from '@errand/sdk';
import type { ReactNode } from 'react';
import { putRun } from '../api/runs.ts';
import { LogView } from '../log/log-view.tsx';
import { useFeed } from '../log/use-feed.ts';

const LOOK = { wrap: true, times: false, wanted: '' };

/** The end of a run's output, as it comes. */
export function CardOutput({ run }: { readonly run: Run }): ReactNode {
  const feed = useFeed(run, run.attempt, putRun);
  return <LogView feed={feed} run={run} look={LOOK} />;
}
