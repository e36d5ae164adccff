import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.tsx';
import { Failure, Loading, Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { type Script, useScripts } from './queries.ts';

/** What can be called by its name. */
export function ScriptsScreen(): ReactNode {
  const { data: scripts, error, refetch } = useScripts();
  return (
    <Screen title="Scripts">
      {scripts === undefined && error === null && <Loading rows={3} />}
      {scripts === undefined && error !== null && <Failure error={error} again={() => void refetch()} />}
      {scripts?.length === 0 && (
        <Notice icon="scripts" title="There are no scripts yet">
          <p>
            A script is a command with named arguments.{' '}
            <code className="font-mono text-ink">errand script set FILE</code> registers one.
          </p>
        </Notice>
      )}
      {scripts !== undefined && scripts.length > 0 && (
        <ul aria-label="Scripts" className="grid gap-3 wide:grid-cols-2">
          {scripts.map((script) => (
            <ScriptCard key={`${script.name} ${script.owner ?? ''}`} script={script} />
          ))}
        </ul>
      )}
    </Screen>
  );
}

function ScriptCard({ script }: { readonly script: Script }): ReactNode {
  const { name, description, problem } = script;
  return (
    <li>
      <Link
        to="/scripts/$name"
        params={{ name }}
        className="flex h-full min-h-20 items-center gap-3 rounded-card border border-line bg-surface px-4 py-3 hover:border-strong-line"
      >
        <span className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="font-mono font-medium">{name}</span>
          {description !== null && <span className="line-clamp-2 text-sm text-muted">{description}</span>}
          {problem !== null && <span className="text-sm text-bad">{problem}</span>}
          <span className="text-sm text-muted">{whereText(script)}</span>
        </span>
        <span className="-rotate-90 text-muted">
          <Icon name="down" />
        </span>
      </Link>
    </li>
  );
}

/** Who has it: this server, or agents. */
function whereText({ origin, agents, pool }: Script): string {
  if (origin !== 'agents') return pool === null ? 'registered' : `registered, for the pool ${pool}`;
  return `offered by ${agents.map(({ name }) => name).join(', ')}`;
}
