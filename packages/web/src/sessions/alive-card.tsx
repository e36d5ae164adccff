import type { Session } from '@errand/sdk';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { type Fact, Facts } from '../components/facts.tsx';
import { Problem } from '../components/notice.tsx';
import { Ago, Moment } from '../components/time.tsx';
import { Cost, priceText } from './cost.tsx';
import { LongerDialog } from './longer-dialog.tsx';
import { isOver, putSession } from './queries.ts';

type Alive = NonNullable<Session['alive']>;

const BECAUSE: Readonly<Record<Alive['because'], string>> = {
  start: 'It became ready',
  run: 'A command was in it',
  traffic: 'It was reached over the network',
  terminal: 'Somebody typed in its terminal',
  work: 'Its processes worked',
  extension: 'It was extended',
  hold: 'Somebody holds it; it was last used',
  no_limit: 'It has no idle limit; it was last used',
};

/** Why it is alive, until when, who saw to that, and what it costs. */
export function AliveCard({
  session,
  touch,
}: {
  readonly session: Session;
  readonly touch: boolean;
}): ReactNode {
  const { alive, cost } = session;
  const [asking, setAsking] = useState<'extend' | 'hold' | null>(null);
  const canChange = touch && session.state === 'ready' && session.desired === 'running';
  return (
    <Card
      title={titleOf(session)}
      actions={
        canChange && (
          <>
            <Button tone="quiet" onClick={() => setAsking('extend')}>
              Extend
            </Button>
            {alive?.hold == null ? (
              <Button tone="quiet" onClick={() => setAsking('hold')}>
                Hold
              </Button>
            ) : (
              <Release id={session.id} />
            )}
          </>
        )
      }
    >
      {alive === null ? <p>{restSentence(session)}</p> : <Living session={session} alive={alive} />}
      <Facts
        rows={[
          cost === null ? null : ['Costs', <Cost key="cost" cost={cost} />],
          cost === null || alive === null
            ? null
            : ['At worst', `${priceText(cost, cost.worstCase)} more, if all but its own switch fails`],
          ...(alive === null ? [] : aliveFacts(alive)),
        ]}
      />
      {asking !== null && <LongerDialog id={session.id} kind={asking} close={() => setAsking(null)} />}
    </Card>
  );
}

function titleOf({ alive, state }: Session): string {
  if (alive === null) return 'Not running';
  return state === 'stopping' || state === 'deleting' ? 'Why it ends' : 'Why it is alive';
}

function restSentence(session: Session): string {
  if (isOver(session)) return 'It is over, and nothing is left of it.';
  return session.why ?? 'It waits to be started.';
}

function Living({ session, alive }: { readonly session: Session; readonly alive: Alive }): ReactNode {
  if (session.state !== 'ready') return <p>{alive.sentence}</p>;
  return (
    <p>
      {BECAUSE[alive.because]} <Ago time={alive.activeAt} />.{' '}
      {alive.stopsAt === null ? (
        'It does not stop by itself.'
      ) : (
        <>
          It stops{' '}
          <strong className="font-semibold">
            <Ago time={alive.stopsAt} />
          </strong>
          {alive.stopsAt === alive.idleAt && ', unless something is done in it'}.
        </>
      )}
    </p>
  );
}

function aliveFacts({ idleAt, endsAt, hold, extensions }: Alive): readonly (Fact | null)[] {
  return [
    idleAt === null ? null : ['Idle', <Moment key="at" time={idleAt} />],
    endsAt === null ? null : ['Longest life', <Moment key="at" time={endsAt} />],
    hold === null
      ? null
      : [
          'Held',
          <span key="hold">
            by {hold.by} until <Moment time={hold.until} />
            {hold.note !== null && ` (${hold.note})`}
          </span>,
        ],
    ...extensions.map(
      ({ by, at, endsAt: until }, index): Fact => [
        index === 0 ? 'Extended' : `Extended ${index + 1}`,
        <span key={at}>
          by {by} until <Moment time={until} />
        </span>,
      ],
    ),
  ];
}

function Release({ id }: { readonly id: string }): ReactNode {
  const release = useMutation({ mutationFn: () => errand.sessions.release(id), onSuccess: putSession });
  return (
    <>
      <Button tone="quiet" disabled={release.isPending} onClick={() => release.mutate()}>
        Release
      </Button>
      {release.isError && <Problem>{sentenceOf(release.error)}</Problem>}
    </>
  );
}
