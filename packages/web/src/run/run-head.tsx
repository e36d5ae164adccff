import type { Run } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { usePlaces } from '../api/places.ts';
import { Icon } from '../components/icon.tsx';
import { Problem } from '../components/notice.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { commandText } from '../run-box/draft.ts';
import { KeptFiles } from './kept-files.tsx';
import { RunActions } from './run-actions.tsx';
import { RunDetails } from './run-details.tsx';
import { RunLength } from './run-length.tsx';

const ResultView = lazy(async () => ({ default: (await import('../result/result-view.tsx')).ResultView }));

export interface RunHeadProps {
  readonly run: Run;
  /** Which one's log is shown. */
  readonly attempt: number;
}

/** What it is, how it goes, what can be done about it. */
export function RunHead({ run, attempt }: RunHeadProps): ReactNode {
  return (
    <header className="flex max-h-[55dvh] shrink-0 flex-col gap-1 overflow-y-auto border-b border-line bg-surface px-2 py-2 wide:px-5 wide:py-3">
      <div className="flex flex-wrap items-center gap-x-1 gap-y-1 wide:gap-x-2">
        <Link
          to="/runs"
          aria-label="All runs"
          className="-ml-1 inline-flex size-11 wide:-ml-2 items-center justify-center rounded-control text-muted hover:bg-sunken"
        >
          <Icon name="left" />
        </Link>
        <StatusBadge status={run.status} />
        {run.exitCode !== null && <span className="font-mono text-sm">exit {run.exitCode}</span>}
        <div className="ml-auto flex items-center wide:gap-1">
          <RunActions run={run} />
        </div>
      </div>
      <Title run={run} />
      <Sentence run={run} />
      <RunResult run={run} />
      <KeptFiles run={run} />
      <RunDetails run={run} where={<Where run={run} />} />
      {run.attempts.length > 1 && <Attempts run={run} shown={attempt} />}
    </header>
  );
}

/** Its name, where it has one, and its command. */
function Title({ run }: { readonly run: Run }): ReactNode {
  const text = commandText(run);
  const command = 'line-clamp-2 shrink-0 font-mono wrap-anywhere whitespace-pre-wrap wide:line-clamp-4';
  if (run.name === null)
    return (
      <h1 className={`${command} text-[15px] font-medium`} title={text}>
        {text}
      </h1>
    );
  return (
    <>
      <h1 className="line-clamp-2 shrink-0 font-medium wrap-anywhere">{run.name}</h1>
      <p className={`${command} text-[13px] text-muted`} title={text}>
        {text}
      </p>
    </>
  );
}

/** Why it waits, or how it ended, where the badge does not say all. */
function Sentence({ run }: { readonly run: Run }): ReactNode {
  const { why, end, status } = run;
  if (end !== null && status !== 'succeeded' && end.reason !== 'exited')
    return <p className="text-sm text-muted">{end.sentence}</p>;
  return why === null ? null : <p className="text-sm text-muted">{why}</p>;
}

/** What it reported, in its view; it comes with the code that draws it. */
function RunResult({ run }: { readonly run: Run }): ReactNode {
  if (run.resultProblem !== null) return <Problem>{run.resultProblem}</Problem>;
  if (!run.hasResult || run.result === undefined) return null;
  return (
    <Suspense fallback={null}>
      <section aria-label="Result" className="py-1">
        <ResultView result={run.result} view={run.resultView} />
      </section>
    </Suspense>
  );
}

function Where({ run }: { readonly run: Run }): ReactNode {
  const agent = usePlaces().data?.agents.find(({ id }) => id === run.agent);
  const name = agent === undefined || agent.name === run.pool ? '' : ` / ${agent.name}`;
  return (
    <span className="inline-flex items-center gap-1.5">
      <Icon name="agents" size={16} />
      {run.pool}
      {name}
      <span className="ml-2 font-normal">
        <RunLength run={run} />
      </span>
    </span>
  );
}

function Attempts({ run, shown }: RunHeadAttempts): ReactNode {
  return (
    <nav aria-label="Attempts" className="-ml-2 flex flex-wrap items-center text-sm text-muted">
      {run.attempts.map(({ attempt, end }) => (
        <Link
          key={attempt}
          to="/runs/$id"
          params={{ id: run.id }}
          search={{ attempt }}
          aria-current={attempt === shown ? 'page' : undefined}
          className="inline-flex min-h-11 items-center gap-1 rounded-control px-2 aria-[current=page]:font-semibold aria-[current=page]:text-ink"
        >
          Attempt {attempt}
          {end !== null && <span className="font-mono">({end.exitCode})</span>}
        </Link>
      ))}
    </nav>
  );
}

interface RunHeadAttempts {
  readonly run: Run;
  readonly shown: number;
}
