import type { Session } from '@errand/sdk';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Problem } from '../components/notice.tsx';
import { nameOf, putSession } from './queries.ts';

/** Start, stop and delete; the last two only after a second look. */
export function SessionActions({ session }: { readonly session: Session }): ReactNode {
  const { id, desired } = session;
  const [asking, setAsking] = useState<'stop' | 'delete' | null>(null);
  const start = useMutation({ mutationFn: () => errand.sessions.start(id), onSuccess: putSession });
  return (
    <>
      {desired === 'stopped' && (
        <Button tone="primary" icon="run" disabled={start.isPending} onClick={() => start.mutate()}>
          Start
        </Button>
      )}
      {desired === 'running' && (
        <Button icon="stop" onClick={() => setAsking('stop')}>
          Stop
        </Button>
      )}
      {desired !== 'deleted' && (
        <Button tone="danger" onClick={() => setAsking('delete')}>
          Delete
        </Button>
      )}
      {start.isError && <Problem>{sentenceOf(start.error)}</Problem>}
      {asking === 'stop' && <Stop session={session} close={() => setAsking(null)} />}
      {asking === 'delete' && <Delete session={session} close={() => setAsking(null)} />}
    </>
  );
}

interface AskProps {
  readonly session: Session;
  readonly close: () => void;
}

function Stop({ session, close }: AskProps): ReactNode {
  const stop = useMutation({
    mutationFn: () => errand.sessions.stop(session.id),
    onSuccess: (stopped) => {
      putSession(stopped);
      close();
    },
  });
  return (
    <ConfirmDialog title={`Stop ${nameOf(session)}?`} verb="Stop it" act={stop} close={close}>
      All that runs in it ends. Its files stay, and it can be started again.
    </ConfirmDialog>
  );
}

function Delete({ session, close }: AskProps): ReactNode {
  const remove = useMutation({
    mutationFn: () => errand.sessions.remove(session.id),
    onSuccess: (removed) => {
      putSession(removed);
      close();
    },
  });
  return (
    <ConfirmDialog title={`Delete ${nameOf(session)}?`} verb="Delete it" act={remove} close={close}>
      All that runs in it ends, and its files are gone for good
      {session.volumes.length > 0 && `, those in ${session.volumes.map(({ path }) => path).join(', ')} too`}.
    </ConfirmDialog>
  );
}
