import type { Session } from '@errand/sdk';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { Problem } from '../components/notice.tsx';
import { Ago } from '../components/time.tsx';
import { ShareDialog } from './share-dialog.tsx';

const SHARED = {
  owner: 'Only its owner reaches them.',
  team: 'Every key of the team reaches them.',
  link: 'Whoever has the link reaches them.',
  public: 'Everybody reaches them.',
} as const satisfies Record<Session['share']['level'], string>;

/** Where its ports are reached, and by whom. */
export function PortsCard({
  session,
  touch,
}: {
  readonly session: Session;
  readonly touch: boolean;
}): ReactNode {
  const { ports, address, share } = session;
  const [sharing, setSharing] = useState(false);
  return (
    <Card
      title="Ports"
      actions={
        touch &&
        address !== null && (
          <Button tone="quiet" icon="share" onClick={() => setSharing(true)}>
            Share
          </Button>
        )
      }
    >
      <ul className="flex flex-col divide-y divide-line">
        {ports.map(({ port }) => (
          <PortRow key={port} session={session} port={port} />
        ))}
      </ul>
      <p className="text-sm text-muted">
        {SHARED[share.level]}{' '}
        {share.expiresAt !== null && (
          <>
            It ends <Ago time={share.expiresAt} />.
          </>
        )}
      </p>
      {sharing && <ShareDialog session={session} close={() => setSharing(false)} />}
    </Card>
  );
}

/** A browser is let in by a ticket, once: our own sign-in never goes to a page of a session. */
function PortRow({ session, port }: { readonly session: Session; readonly port: number }): ReactNode {
  const open = useMutation({
    mutationFn: async () => {
      // Opened at once, since browsers stop windows that come later than the click.
      const tab = globalThis.open('', '_blank');
      try {
        const { link } = await errand.sessions.open(session.id, { port });
        if (tab === null) globalThis.location.href = link;
        else {
          tab.opener = null;
          tab.location.href = link;
        }
      } catch (error) {
        tab?.close();
        throw error;
      }
    },
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 py-1">
      <span className="font-mono font-medium">{port}</span>
      <span className="min-w-0 flex-1 truncate text-sm text-muted">{session.address ?? ''}</span>
      {session.address !== null && (
        <Button icon="open" disabled={open.isPending} onClick={() => open.mutate()}>
          Open<span className="sr-only"> the port {port} in a new tab</span>
        </Button>
      )}
      {open.isError && <Problem>{sentenceOf(open.error)}</Problem>}
    </li>
  );
}
