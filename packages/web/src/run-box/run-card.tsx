import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useRun } from '../api/runs.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button, IconButton } from '../components/button.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { RunLength } from '../run/run-length.tsx';
import { useCancel } from '../run/use-run-actions.ts';
import { commandText } from './draft.ts';

/** The output, and what it is made with, come only when there is something to show. */
const CardOutput = lazy(async () => ({ default: (await import('./card-output.tsx')).CardOutput }));

export interface RunCardProps {
  readonly id: string;
  /** Takes the card away; the run stays. */
  readonly remove: () => void;
}

/** A run that was started here: what it is, how it goes, what it writes. */
export function RunCard({ id, remove }: RunCardProps): ReactNode {
  const { data: run, error } = useRun(id);
  const cancel = useCancel(id);
  return (
    <article
      aria-label={run === undefined ? 'A run' : commandText(run)}
      className="overflow-hidden rounded-card border border-line bg-surface"
    >
      <header className="flex items-start gap-1 pl-4">
        <div className="flex min-w-0 flex-1 flex-col gap-2 py-3">
          <Link
            to="/runs/$id"
            params={{ id }}
            className="-my-1 flex min-h-11 items-center font-mono font-medium hover:underline"
          >
            <span className="line-clamp-3 min-w-0 wrap-anywhere whitespace-pre-wrap">
              {run === undefined ? id : commandText(run)}
            </span>
          </Link>
          {run !== undefined && (
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm text-muted">
              <StatusBadge status={run.status} />
              {run.exitCode !== null && <span className="font-mono">exit {run.exitCode}</span>}
              <RunLength run={run} />
              <span>{run.pool}</span>
            </div>
          )}
        </div>
        {run?.endedAt === null ? (
          <div className="p-2">
            <Button
              tone="danger"
              icon="stop"
              onClick={() => cancel.mutate({})}
              disabled={run.status === 'canceling'}
            >
              Cancel
            </Button>
          </div>
        ) : (
          <div className="p-1">
            <IconButton icon="close" label="Take this card away" onClick={remove} />
          </div>
        )}
      </header>
      {error !== null && run === undefined && <p className="px-4 pb-4 text-muted">{sentenceOf(error)}</p>}
      {run !== undefined && (
        <Suspense fallback={<div className="h-20 bg-term" />}>
          <CardOutput run={run} />
        </Suspense>
      )}
    </article>
  );
}
