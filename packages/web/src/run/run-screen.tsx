import type { Run } from '@errand/sdk';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useRun } from '../api/runs.ts';
import { Failure, Loading } from '../components/notice.tsx';
import { useTitle } from '../components/screen.tsx';
import { statusWord } from '../components/status-badge.tsx';
import { commandText } from '../run-box/draft.ts';
import { RunHead } from './run-head.tsx';
import { RunLog } from './run-log.tsx';

const route = getRouteApi('/runs/$id');

/** One run: how it goes above, what it writes below, as large as the screen allows. */
export function RunScreen(): ReactNode {
  const { id } = route.useParams();
  const { data: run, error, refetch } = useRun(id);
  if (run !== undefined) return <KnownRun run={run} />;
  return error === null ? (
    <div className="p-4">
      <Loading rows={3} />
    </div>
  ) : (
    <Failure error={error} again={() => void refetch()} list="runs" />
  );
}

function KnownRun({ run }: { readonly run: Run }): ReactNode {
  const { attempt = run.attempt } = route.useSearch();
  useTitle(`${statusWord(run.status)}: ${(run.name ?? commandText(run)).slice(0, 60)}`);
  return (
    <div className="flex h-[calc(100dvh-3.5rem-env(safe-area-inset-bottom))] min-h-0 flex-col wide:h-dvh">
      <RunHead run={run} attempt={attempt} />
      <RunLog key={`${run.id} ${attempt}`} run={run} attempt={attempt} />
    </div>
  );
}
