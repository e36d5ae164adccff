import type { Answer } from '@errand/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { endSession, queryClient } from '../api/query-client.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Failure, Loading, Problem } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { Ago } from '../components/time.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { NewKey } from './new-key.tsx';

type Key = Answer<'listKeys'>['keys'][number];

export const KEYS = ['keys'] as const;

/** Who may use this control plane, and the way out. */
export function KeysScreen(): ReactNode {
  const session = useSession().data;
  const touch = mayTouch(session);
  const keys = useQuery({ queryKey: KEYS, queryFn: () => errand.keys.list(), enabled: touch });
  const [making, setMaking] = useState(false);
  return (
    <Screen
      title="Keys"
      actions={
        touch && (
          <Button tone="primary" icon="plus" onClick={() => setMaking(true)}>
            New key
          </Button>
        )
      }
    >
      {session != null && <You name={session.name} role={session.role} owner={session.owner} />}
      {touch && keys.isPending && <Loading rows={3} />}
      {keys.isError && keys.data === undefined && (
        <Failure error={keys.error} again={() => void keys.refetch()} />
      )}
      {keys.data !== undefined && (
        <ul
          aria-label="Keys"
          className="flex flex-col divide-y divide-line rounded-card border border-line bg-surface"
        >
          {keys.data.map((key) => (
            <KeyRow key={key.id} about={key} own={key.id === session?.keyId} />
          ))}
        </ul>
      )}
      {!touch && <p className="text-muted">This key may look at runs, but not at keys.</p>}
      {making && session != null && <NewKey session={session} close={() => setMaking(false)} />}
    </Screen>
  );
}

function You({
  name,
  role,
  owner,
}: {
  readonly name: string;
  readonly role: string;
  readonly owner: string;
}): ReactNode {
  const leave = useMutation({ mutationFn: () => errand.signOut(), onSuccess: endSession });
  return (
    <section
      aria-label="You"
      className="flex flex-wrap items-center justify-between gap-3 rounded-card border border-line bg-surface px-4 py-3"
    >
      <p className="min-w-0">
        Signed in with <strong className="font-semibold">{name}</strong>{' '}
        <span className="text-muted">
          ({role}, {owner})
        </span>
      </p>
      <Button icon="leave" disabled={leave.isPending} onClick={() => leave.mutate()}>
        Sign out
      </Button>
      {leave.isError && <Problem>{sentenceOf(leave.error)}</Problem>}
    </section>
  );
}

function KeyRow({ about, own }: { readonly about: Key; readonly own: boolean }): ReactNode {
  const [asking, setAsking] = useState(false);
  return (
    <li className="flex items-center gap-3 py-2.5 pr-2 pl-4">
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          {about.name}
          {own && (
            <span className="ml-2 rounded bg-accent-soft px-1.5 py-0.5 text-[13px] text-accent">
              this one
            </span>
          )}
        </p>
        <p className="flex flex-wrap gap-x-3 text-sm text-muted">
          <span>{about.role}</span>
          <span>{about.owner}</span>
          <span>
            {about.lastUsedAt === null ? (
              'never used'
            ) : (
              <>
                used <Ago time={about.lastUsedAt} />
              </>
            )}
          </span>
          {about.expiresAt !== null && (
            <span>
              ends <Ago time={about.expiresAt} />
            </span>
          )}
        </p>
      </div>
      <Button tone="quiet" aria-label={`Revoke ${about.name}`} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      {asking && <Revoke about={about} own={own} close={() => setAsking(false)} />}
    </li>
  );
}

function Revoke({
  about,
  own,
  close,
}: {
  readonly about: Key;
  readonly own: boolean;
  readonly close: () => void;
}): ReactNode {
  const revoke = useMutation({
    mutationFn: () => errand.keys.remove(about.id),
    onSuccess: () => {
      close();
      if (own) endSession();
      else void queryClient.invalidateQueries({ queryKey: KEYS });
    },
  });
  return (
    <ConfirmDialog title={`Revoke ${about.name}?`} verb="Revoke" act={revoke} close={close}>
      Whoever holds it is refused from now on, in every browser and command line. Its runs go on.
      {own && ' It is the key that you are signed in with.'}
    </ConfirmDialog>
  );
}
