import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { PLACES, type Places, type Pool, usePlaces } from '../api/places.ts';
import { queryClient } from '../api/query-client.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Failure, Loading, Problem } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { useSession } from '../session/use-session.ts';
import { AgentRow } from './agent-row.tsx';
import { JoinDialog } from './join-dialog.tsx';

/** Where runs go: every pool with what waits in it and who serves it. */
export function AgentsScreen(): ReactNode {
  const { data: places, error, refetch } = usePlaces();
  const admin = useSession().data?.role === 'admin';
  const [joining, setJoining] = useState<string | null>(null);
  return (
    <Screen
      title="Agents"
      actions={
        admin && (
          <Button tone="primary" icon="plus" onClick={() => setJoining('')}>
            Join an agent
          </Button>
        )
      }
    >
      {places === undefined && error === null && <Loading rows={3} />}
      {places === undefined && error !== null && <Failure error={error} again={() => void refetch()} />}
      {places?.pools.map((pool) => (
        <PoolCard
          key={pool.name}
          pool={pool}
          places={places}
          admin={admin}
          join={admin && !pool.adminOnly ? () => setJoining(pool.name) : null}
        />
      ))}
      {joining !== null && <JoinDialog pool={joining} close={() => setJoining(null)} />}
    </Screen>
  );
}

interface PoolCardProps {
  readonly pool: Pool;
  readonly places: Places;
  readonly admin: boolean;
  /** null: nobody may join it here. */
  readonly join: (() => void) | null;
}

function PoolCard({ pool, places, admin, join }: PoolCardProps): ReactNode {
  const agents = places.agents.filter((agent) => agent.pool === pool.name && !agent.revoked);
  const pause = useMutation({
    mutationFn: () =>
      errand.request('changePool', { params: { name: pool.name }, body: { paused: !pool.paused } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: PLACES }),
  });
  return (
    <section aria-label={`Pool ${pool.name}`} className="rounded-card border border-line bg-surface">
      <header className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 border-b border-line py-1 pr-2 pl-4">
        <div className="flex flex-wrap items-baseline gap-x-3 py-2">
          <h2 className="text-lg font-semibold">{pool.name}</h2>
          {pool.paused && (
            <span className="rounded-full bg-warn-soft px-2.5 py-0.5 text-sm text-warn">paused</span>
          )}
          <p className="text-sm text-muted">{aboutText(pool)}</p>
        </div>
        <div className="flex">
          {admin && (
            <Button
              tone="quiet"
              aria-label={`${pool.paused ? 'Resume' : 'Pause'} the pool ${pool.name}`}
              disabled={pause.isPending}
              onClick={() => pause.mutate()}
            >
              {pool.paused ? 'Resume' : 'Pause'}
            </Button>
          )}
          {join !== null && (
            <Button tone="quiet" icon="plus" aria-label={`Join an agent to ${pool.name}`} onClick={join}>
              Join
            </Button>
          )}
        </div>
      </header>
      {pause.isError && <Problem>{sentenceOf(pause.error)}</Problem>}
      {agents.length === 0 && <p className="px-4 py-4 text-muted">No agent serves this pool.</p>}
      <ul className="divide-y divide-line">
        {agents.map((agent) => (
          <AgentRow key={agent.id} agent={agent} admin={admin && !pool.adminOnly} />
        ))}
      </ul>
    </section>
  );
}

function aboutText({ running, queued, limit, limitPerKey, adminOnly }: Pool): string {
  const parts = [
    `${running} running${limit === null ? '' : ` of at most ${limit}`}`,
    `${queued} queued`,
    ...(limitPerKey === null ? [] : [`at most ${limitPerKey} a key`]),
    ...(adminOnly ? ['for admin keys only'] : []),
  ];
  return parts.join(', ');
}
