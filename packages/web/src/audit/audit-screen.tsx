import type { AuditEntry } from '@errand/sdk';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { errand } from '../api/errand.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Failure, Loading, Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { useSession } from '../session/use-session.ts';
import type { AuditFilter } from './audit-filter.ts';
import { AuditRow } from './audit-row.tsx';

const route = getRouteApi('/audit');
const AGAIN_MS = 10_000;

/** Who did what, when, from where, and what came of it. */
export function AuditScreen(): ReactNode {
  const filter = route.useSearch();
  const admin = useSession().data?.role === 'admin';
  const list = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => errand.request('listAudit', { query: { ...filter, ...cursorOf(pageParam) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: AGAIN_MS,
    enabled: admin,
  });
  const entries = list.data?.pages.flatMap((page) => page.entries);
  if (!admin)
    return (
      <Screen title="Audit">
        <Notice icon="audit" title="This is for admins">
          <p>Only a key with the role admin sees who did what.</p>
        </Notice>
      </Screen>
    );
  return (
    <Screen title="Audit">
      <Chosen filter={filter} />
      {entries === undefined && list.error === null && <Loading />}
      {entries === undefined && list.error !== null && (
        <Failure error={list.error} again={() => void list.refetch()} />
      )}
      {entries?.length === 0 && <Notice icon="search" title="Nothing is like that" />}
      {entries !== undefined && entries.length > 0 && <List entries={entries} />}
      {list.hasNextPage && (
        <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchingNextPage ? 'Loading…' : 'Show older ones'}
        </Button>
      )}
    </Screen>
  );
}

function cursorOf(cursor: string | null): { readonly cursor?: string } {
  return cursor === null ? {} : { cursor };
}

function List({ entries }: { readonly entries: readonly AuditEntry[] }): ReactNode {
  return (
    <ul
      aria-label="Who did what"
      className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface"
    >
      {entries.map((entry) => (
        <AuditRow key={entry.id} entry={entry} />
      ))}
    </ul>
  );
}

const WORDS = { key: 'by the key', action: 'the action', target: 'on' } as const;

/** What the list was narrowed to, and the way back. */
function Chosen({ filter }: { readonly filter: AuditFilter }): ReactNode {
  const chosen = Object.entries(filter) as readonly [keyof AuditFilter, string][];
  if (chosen.length === 0)
    return <p className="text-muted">Press a key, an action or a target to see only what belongs to it.</p>;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {chosen.map(([name, value]) => (
        <Link
          key={name}
          to="/audit"
          search={Object.fromEntries(chosen.filter(([other]) => other !== name))}
          className="inline-flex min-h-11 items-center gap-2 rounded-full border border-accent bg-accent-soft px-4 text-sm text-accent"
        >
          {WORDS[name]} {value}
          <Icon name="close" size={16} />
          <span className="sr-only">Show all again</span>
        </Link>
      ))}
    </div>
  );
}
