import type { ReactNode } from 'react';
import { type Agent, type Places, type Pool } from '../api/places.ts';
import { FIELD } from '../components/field.tsx';

export interface TargetSelectProps {
  readonly places: Places | undefined;
  readonly value: string;
  readonly onChange: (target: string) => void;
  /** Whoever is signed in may use pools for admins. */
  readonly admin: boolean;
  /** What it means to choose nothing; without it something is always chosen. */
  readonly first?: string;
  /** One run on each agent of a pool may be chosen, too. */
  readonly forAll?: boolean;
}

/** Where a run goes: any agent of a pool, or one of them; with who is online. */
export function TargetSelect({
  places,
  value,
  onChange,
  admin,
  first,
  forAll = false,
}: TargetSelectProps): ReactNode {
  const pools = places?.pools ?? [];
  const known = pools.some(
    ({ name }) => value === `pool:${name}` || value === `all:${name}` || value.startsWith(`agent:${name}/`),
  );
  return (
    <select
      aria-label="Where it runs"
      className={FIELD}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {first !== undefined && <option value="">{first}</option>}
      {!known && value !== '' && (
        <option value={value}>{value.replace(/^(?:pool|agent|all):/, '').replace(':', ' ')}</option>
      )}
      {pools.map((pool) => (
        <PoolOptions
          key={pool.name}
          pool={pool}
          agents={agentsOf(places, pool)}
          disabled={pool.adminOnly && !admin}
          forAll={forAll}
        />
      ))}
    </select>
  );
}

interface PoolOptionsProps {
  readonly pool: Pool;
  readonly agents: readonly Agent[];
  readonly disabled: boolean;
  readonly forAll: boolean;
}

function PoolOptions({ pool, agents, disabled, forAll }: PoolOptionsProps): ReactNode {
  const online = agents.filter((agent) => agent.online).length;
  const about = disabled ? 'for admin keys only' : `${online} of ${agents.length} online`;
  return (
    <>
      <option value={`pool:${pool.name}`} disabled={disabled}>
        {pool.name} ({about})
      </option>
      {forAll && agents.length > 1 && (
        <option value={`all:${pool.name}`} disabled={disabled}>
          {pool.name} / every agent, one run each
        </option>
      )}
      {agents.length > 1 &&
        agents.map((agent) => (
          <option key={agent.id} value={`agent:${pool.name}/${agent.id}`} disabled={disabled}>
            {pool.name} / {agent.name} ({agent.online ? 'online' : 'offline'})
          </option>
        ))}
    </>
  );
}

function agentsOf(places: Places | undefined, pool: Pool): readonly Agent[] {
  return (places?.agents ?? []).filter((agent) => agent.pool === pool.name);
}

/** The target used last where it still is, else the first pool that somebody may use and serves. */
export function defaultTarget(places: Places | undefined, last: string, admin: boolean): string {
  const pools = (places?.pools ?? []).filter((pool) => admin || !pool.adminOnly);
  const name = /^\w+:([^/]*)/.exec(last)?.[1];
  if (pools.some((pool) => pool.name === name)) return last;
  const served = pools.find((pool) => agentsOf(places, pool).some(({ online }) => online)) ?? pools[0];
  return served === undefined ? '' : `pool:${served.name}`;
}
