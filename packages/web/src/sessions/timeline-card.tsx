import type { Session } from '@errand/sdk';
import type { ReactNode } from 'react';
import { Card } from '../components/card.tsx';
import { useSessionEvents } from './queries.ts';

/** What happened to it, the latest first; while it is made that is how far it has come. */
export function TimelineCard({ session }: { readonly session: Session }): ReactNode {
  const { data: events = [] } = useSessionEvents(session);
  const begin = Date.parse(events[0]?.at ?? session.createdAt);
  return (
    <Card title="What happened">
      <ol aria-label="What happened" className="flex max-h-96 flex-col overflow-y-auto" tabIndex={0}>
        {events.toReversed().map(({ seq, at, text }, index) => (
          <li key={seq} className="flex gap-3 pb-3">
            <span
              aria-hidden="true"
              className={`mt-1.5 size-2.5 shrink-0 rounded-full ${index > 0 ? 'bg-line' : session.settled ? 'bg-good' : 'animate-pulse bg-accent'}`}
            />
            <span className="min-w-0 flex-1">{text}</span>
            <time
              dateTime={at}
              title={new Date(at).toLocaleString()}
              className="shrink-0 text-sm text-muted tabular-nums"
            >
              {sinceText(Date.parse(at) - begin, at)}
            </time>
          </li>
        ))}
      </ol>
    </Card>
  );
}

const MINUTE = 60_000;

/** Seconds from the beginning while it is made; what comes later has its time of day. */
function sinceText(ms: number, at: string): string {
  if (ms < 10 * MINUTE) return `+${(ms / 1_000).toFixed(1)} s`;
  return new Date(at).toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}
