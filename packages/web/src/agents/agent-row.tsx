import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { type Agent, PLACES } from '../api/places.ts';
import { queryClient } from '../api/query-client.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Problem } from '../components/notice.tsx';
import { Ago } from '../components/time.tsx';

export interface AgentRowProps {
  readonly agent: Agent;
  readonly admin: boolean;
}

/** One agent: is it there, what is it, and whether it takes work. */
export function AgentRow({ agent, admin }: AgentRowProps): ReactNode {
  const { id, name, draining } = agent;
  const [revoking, setRevoking] = useState(false);
  const drain = useMutation({
    mutationFn: () => errand.request(draining ? 'undrainAgent' : 'drainAgent', { params: { id } }),
    onSuccess: refresh,
  });
  return (
    <li aria-label={name} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3 pr-2 pl-4">
      <div className="flex min-w-0 flex-1 basis-60 flex-col gap-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className={`size-2.5 rounded-full ${agent.online ? 'bg-good' : 'bg-strong-line'}`} />
          <span className="font-medium">{name}</span>
          <span className={`text-sm ${agent.online ? 'text-good' : 'text-muted'}`}>
            {agent.online ? 'online' : 'offline'}
          </span>
          {draining && <span className="text-sm text-warn">draining: it takes nothing new</span>}
        </div>
        <About agent={agent} />
      </div>
      {admin && (
        <div className="flex">
          <Button
            tone="quiet"
            aria-label={`${draining ? 'Give work again to' : 'Drain'} ${name}`}
            disabled={drain.isPending}
            onClick={() => drain.mutate()}
          >
            {draining ? 'Give work again' : 'Drain'}
          </Button>
          <Button tone="quiet" aria-label={`Revoke ${name}`} onClick={() => setRevoking(true)}>
            Revoke
          </Button>
        </div>
      )}
      {drain.isError && <Problem>{sentenceOf(drain.error)}</Problem>}
      {revoking && <Revoke agent={agent} close={() => setRevoking(false)} />}
    </li>
  );
}

function About({ agent }: { readonly agent: Agent }): ReactNode {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
      <span>
        {agent.running} of {agent.slots} slots busy
      </span>
      <span>
        heard <Ago time={agent.lastSeenAt} />
      </span>
      {agent.program !== '' && <span>version {agent.program}</span>}
      {Object.entries(agent.labels).map(([name, value]) => (
        <span key={name} className="rounded bg-sunken px-1.5 text-[13px]">
          {name}={value}
        </span>
      ))}
    </p>
  );
}

function Revoke({ agent, close }: { readonly agent: Agent; readonly close: () => void }): ReactNode {
  const revoke = useMutation({
    mutationFn: () => errand.request('revokeAgent', { params: { id: agent.id } }),
    onSuccess: async () => {
      await refresh();
      close();
    },
  });
  return (
    <ConfirmDialog title={`Revoke ${agent.name}?`} verb="Revoke" act={revoke} close={close}>
      It is refused from now on. To come back it needs a new token.
    </ConfirmDialog>
  );
}

async function refresh(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: PLACES });
}
