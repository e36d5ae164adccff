import type { Session } from '@errand/sdk';
import type { ReactNode } from 'react';
import { Card } from '../components/card.tsx';
import { type Fact, Facts } from '../components/facts.tsx';
import { Ago, durationText, Moment } from '../components/time.tsx';
import { AliveCard } from './alive-card.tsx';
import { PortsCard } from './ports-card.tsx';
import { TimelineCard } from './timeline-card.tsx';

export interface OverviewProps {
  readonly session: Session;
  readonly touch: boolean;
}

/** Why it is alive, where it is reached, what happened to it. */
export function Overview({ session, touch }: OverviewProps): ReactNode {
  return (
    <div className="grid items-start gap-4 wide:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <AliveCard session={session} touch={touch} />
        {session.ports.length > 0 && <PortsCard session={session} touch={touch} />}
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <TimelineCard session={session} />
        <Card title="Details">
          <Facts rows={factsOf(session)} />
        </Card>
      </div>
    </div>
  );
}

function factsOf(session: Session): readonly (Fact | null)[] {
  const { image, size, cpus, memoryBytes, template, limits, launches, readyAt, unusedAt, trouble } = session;
  const command = session.shell ?? session.command?.join(' ') ?? null;
  return [
    fact('Id', <code className="font-mono">{session.id}</code>),
    fact('Name', session.name),
    fact('Subdomain', session.subdomain),
    fact('Owner', session.owner),
    fact('Template', template?.name),
    fact('Provider', session.provider),
    fact('Image', image),
    fact('Size', size),
    fact('Processors', cpus),
    fact('Memory', memoryBytes === null ? null : `${Math.round(memoryBytes / 1_048_576)} MiB`),
    fact('Command', command === null ? null : <code className="font-mono wrap-anywhere">{command}</code>),
    fact('Environment', pairs(session.env)),
    fact('Secrets', session.secretEnv.join(', ')),
    fact('Volumes', session.volumes.map(({ name, path }) => `${name} at ${path}`).join(', ')),
    fact('Tags', session.tags.join(', ')),
    fact('Made', <Moment time={session.createdAt} />),
    fact('Ready', readyAt === null ? null : <Moment time={readyAt} />),
    fact('Started', launches > 1 ? `${launches} times` : null),
    fact('Deleted', unusedAt === null ? null : <Ago time={unusedAt} />),
    fact('Idle limit', limits.idleMs === null ? 'none' : durationText(limits.idleMs)),
    fact('Lease', durationText(limits.leaseMs)),
    fact('Ended', session.ending?.sentence),
    fact('Trouble', trouble === null ? null : `${trouble.message} (${trouble.count} times)`),
  ];
}

function fact(name: string, value: ReactNode): Fact | null {
  return value === null || value === undefined || value === '' ? null : [name, value];
}

function pairs(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
