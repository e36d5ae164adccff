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
}

/** One run of a list. */
export function RunRow({ run, chosen, toggle }: RunRowProps): ReactNode {
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
        className={`flex min-h-16 min-w-0 flex-1 flex-col justify-center gap-1.5 py-3 pr-4 wide:flex-row wide:items-center wide:gap-4 ${toggle === null ? 'pl-4' : 'pl-1'}`}
      >
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="truncate font-mono text-[15px]">{run.name ?? text}</span>
          {run.name !== null && <span className="truncate font-mono text-[13px] text-muted">{text}</span>}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted wide:justify-end">
          <StatusBadge status={run.status} />
          {run.exitCode !== null && run.exitCode !== 0 && (
            <span className="font-mono">exit {run.exitCode}</span>
          )}
          <RunLength run={run} />
          <span>{run.pool}</span>
          {run.tags.map((tag) => (
            <span key={tag} className="rounded bg-sunken px-1.5 py-0.5 text-[13px]">
              {tag}
            </span>
          ))}
          <Ago time={run.createdAt} />
        </span>
      </Link>
    </li>
  );
}
