import type { Run } from '@errand/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Button, buttonLook } from '../components/button.tsx';
import { Failure, Loading, Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { BulkCancel } from './bulk-cancel.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered } from './run-filter.ts';
import { RunRow } from './run-row.tsx';
import { useRuns } from './use-runs.ts';

const route = getRouteApi('/runs');

/** What runs and what ran, newest first, as it is now. */
export function RunsScreen(): ReactNode {
  const filter = route.useSearch();
  const { runs, error, hasMore, isLoadingMore, loadMore, looked, again } = useRuns(filter);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const touch = mayTouch(useSession().data);
  const toggle = (id: string): void =>
    setChosen(new Set(chosen.has(id) ? [...chosen].filter((each) => each !== id) : [...chosen, id]));
  const open = (runs ?? []).filter((run) => run.endedAt === null);
  return (
    <Screen title="Runs">
      <FilterBar filter={filter} />
      {touch && (open.length > 1 || chosen.size > 0) && (
        <BulkCancel open={open} chosen={chosen} setChosen={setChosen} />
      )}
      {error !== null && runs === undefined && <Failure error={error} again={again} />}
      {error === null && runs === undefined && <Loading />}
      {runs?.length === 0 && !(hasMore && looked !== null) && <None filtered={isFiltered(filter)} />}
      {runs !== undefined && runs.length > 0 && (
        <ul
          aria-label="Runs"
          className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface"
        >
          {runs.map((run: Run) => (
            <RunRow
              key={run.id}
              run={run}
              chosen={chosen.has(run.id)}
              aligned={touch && open.length > 0}
              toggle={touch && run.endedAt === null ? () => toggle(run.id) : null}
            />
          ))}
        </ul>
      )}
      {looked !== null && runs !== undefined && (
        <p role="status" className="text-sm text-muted">
          {hasMore
            ? `Looked through the newest ${looked.toLocaleString('en')} runs.`
            : `Looked through all ${looked.toLocaleString('en')} runs.`}
        </p>
      )}
      {hasMore && (
        <Button disabled={isLoadingMore} onClick={loadMore}>
          {isLoadingMore ? 'Loading…' : looked === null ? 'Show older ones' : 'Look further back'}
        </Button>
      )}
    </Screen>
  );
}

function None({ filtered }: { readonly filtered: boolean }): ReactNode {
  return filtered ? (
    <Notice icon="search" title="No run is like that">
      <Link to="/runs" className={buttonLook()}>
        Show all runs
      </Link>
    </Notice>
  ) : (
    <Notice icon="runs" title="Nothing ran yet">
      <Link to="/" className={buttonLook('primary')}>
        Run a command
      </Link>
    </Notice>
  );
}
