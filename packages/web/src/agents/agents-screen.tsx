import { type ReactNode, useState } from 'react';
import { type Agent, type Places, type Pool, usePlaces } from '../api/places.ts';
import { Button } from '../components/button.tsx';
import { Failure, Loading } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { Ago } from '../components/time.tsx';
import { useSession } from '../session/use-session.ts';
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
  /** null: nobody may join it here. */
  readonly join: (() => void) | null;
}

function PoolCard({ pool, places, join }: PoolCardProps): ReactNode {
  const agents = places.agents.filter((agent) => agent.pool === pool.name);
  return (
    <section aria-label={`Pool ${pool.name}`} className="rounded-card border border-line bg-surface">
      <header className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 border-b border-line py-1 pr-2 pl-4">
        <div className="flex flex-wrap items-baseline gap-x-3 py-2">
          <h2 className="text-lg font-semibold">{pool.name}</h2>
          <p className="text-sm text-muted">
            {pool.running} running, {pool.queued} queued{pool.adminOnly && ', for admin keys only'}
          </p>
        </div>
        {join !== null && (
          <Button tone="quiet" icon="plus" aria-label={`Join an agent to ${pool.name}`} onClick={join}>
            Join
          </Button>
        )}
      </header>
      {agents.length === 0 && <p className="px-4 py-4 text-muted">No agent serves this pool.</p>}
      <ul className="divide-y divide-line">
        {agents.map((agent) => (
          <AgentRow key={agent.id} agent={agent} />
        ))}
      </ul>
    </section>
  );
}

function AgentRow({ agent }: { readonly agent: Agent }): ReactNode {
  const labels = Object.entries(agent.labels);
  return (
    <li className="flex flex-col gap-1 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className={`size-2.5 rounded-full ${agent.online ? 'bg-good' : 'bg-strong-line'}`} />
        <span className="font-medium">{agent.name}</span>
        <span className={`text-sm ${agent.online ? 'text-good' : 'text-muted'}`}>
          {agent.online ? 'online' : 'offline'}
        </span>
      </div>
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
        <span>{agent.slots} slots</span>
        <span>
          heard <Ago time={agent.lastSeenAt} />
        </span>
        {agent.program !== '' && <span>version {agent.program}</span>}
        {labels.map(([name, value]) => (
          <span key={name} className="rounded bg-sunken px-1.5 text-[13px]">
            {name}={value}
          </span>
        ))}
      </p>
    </li>
  );
}
