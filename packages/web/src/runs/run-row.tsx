import type { Run } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { StatusBadge } from '../components/status-badge.tsx';
import { Ago } from '../components/time.tsx';
import { RunLength } from '../run/run-length.tsx';
import { commandText } from '../run-box/draft.ts';

export interface RunRowProps {
  readonly run: Run;
  readonly chosen: boolean;
  /** null: it cannot be chosen. */
  readonly toggle: (() => void) | null;
  /** Others of the list can be chosen, so it begins where they do; a phone has no room for that. */
  readonly aligned?: boolean;
}

/** One run of a list. */
export function RunRow({ run, chosen, toggle, aligned = false }: RunRowProps): ReactNode {
  const text = commandText(run);
  return (
    <li className="flex items-stretch hover:bg-canvas">
      {toggle !== null && (
        <label className="flex w-11 shrink-0 items-center justify-center">
          <input
            type="checkbox"
            className="size-5 accent-accent"
            aria-label={`Choose ${text.slice(0, 80)}`}
            checked={chosen}
            onChange={toggle}
          />
        </label>
      )}
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        className={`flex min-h-16 min-w-0 flex-1 flex-col justify-center gap-1.5 py-3 pr-4 wide:flex-row wide:items-center wide:gap-4 ${toggle === null ? (aligned ? 'pl-4 wide:pl-12' : 'pl-4') : 'pl-1'}`}
      >
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="truncate font-mono text-[15px]">{run.name ?? text}</span>
          {run.name !== null && <span className="truncate font-mono text-[13px] text-muted">{text}</span>}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted wide:shrink-0 wide:flex-nowrap">
          {run.tags.filter(isForPeople).map((tag) => (
            <span
              key={tag}
              className="order-last rounded bg-sunken px-1.5 py-0.5 text-[13px] wide:order-none"
            >
              {tag}
            </span>
          ))}
          <span className="contents wide:block wide:w-28">
            <StatusBadge status={run.status} />
          </span>
          <span className="font-mono empty:hidden whitespace-nowrap wide:block wide:w-18 wide:empty:block">
            {run.exitCode !== null && run.exitCode !== 0 && `exit ${run.exitCode}`}
          </span>
          <span className="whitespace-nowrap wide:min-w-24 wide:text-right">
            <RunLength run={run} />
          </span>
          <span className="truncate wide:w-16">{run.pool}</span>
          <span className="whitespace-nowrap wide:min-w-20 wide:text-right">
            <Ago time={run.createdAt} />
          </span>
        </span>
      </Link>
    </li>
  );
}

/** Runs of a job have its id as a tag, so that they are found by it; their name says more. */
function isForPeople(tag: string): boolean {
  return !/^job_[0-9a-z]{26}$/.test(tag);
}
