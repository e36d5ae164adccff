import type { AuditEntry } from '@errand/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Pill } from '../components/pill.tsx';
import { Ago } from '../components/time.tsx';
import type { AuditFilter } from './audit-filter.ts';

const route = getRouteApi('/audit');

/** One thing that somebody did, or was refused. */
export function AuditRow({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const { at, key, action, target, address, outcome, note } = entry;
  return (
    <li className="flex flex-col gap-x-4 px-4 py-1.5 wide:flex-row wide:items-center">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3">
        <Narrow name="action" value={action}>
          <span className="font-medium">{actionText(action)}</span>
        </Narrow>
        {target !== null && (
          <Narrow name="target" value={target}>
            <span className="font-mono text-[13px] break-all">{target}</span>
          </Narrow>
        )}
        {outcome !== 'done' && <Pill tone={outcome === null ? 'calm' : 'bad'}>{outcomeText(outcome)}</Pill>}
        {note !== null && <p className="basis-full pb-2 text-sm text-muted">{note}</p>}
      </div>
      <div className="flex flex-wrap items-center gap-x-3 text-sm text-muted wide:justify-end">
        {key === null ? (
          <span>nobody known</span>
        ) : (
          <Narrow name="key" value={key.id}>
            {key.name} ({key.owner})
          </Narrow>
        )}
        <span>{address ?? 'this machine'}</span>
        <Ago time={at} />
      </div>
    </li>
  );
}

interface NarrowProps {
  readonly name: keyof AuditFilter;
  readonly value: string;
  readonly children: ReactNode;
}

/** Leads to all that has this in common. */
function Narrow({ name, value, children }: NarrowProps): ReactNode {
  const filter = route.useSearch();
  return (
    <Link
      to="/audit"
      search={{ ...filter, [name]: value }}
      className="inline-flex min-h-11 min-w-11 items-center hover:underline"
    >
      {children}
    </Link>
  );
}

/** `cancelRun` as people read it: `cancel run`. */
function actionText(action: string): string {
  return action.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function outcomeText(outcome: AuditEntry['outcome']): string {
  return outcome === null ? 'no outcome' : outcome.replace('_', ' ');
}
