import type { Answer } from '@errand/sdk';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { Problem } from '../components/notice.tsx';
import { Pill } from '../components/pill.tsx';

type Report = Answer<'diagnoseSessions'>;
type AtProvider = Report['providers'][number];

const TONES = { known: 'good', orphan: 'bad', unsure: 'warn' } as const;

/** Asks every provider what it has, and says what of it nobody here knows. */
export function Doctor(): ReactNode {
  const look = useMutation({ mutationFn: () => errand.sessions.diagnose() });
  return (
    <Card
      title="Doctor"
      actions={
        <Button tone="quiet" icon="search" disabled={look.isPending} onClick={() => look.mutate()}>
          {look.isPending ? 'Asking…' : 'Ask the providers'}
        </Button>
      }
    >
      <p className="text-sm text-muted">What exists at every provider, beside what is known here.</p>
      {look.isError && <Problem>{sentenceOf(look.error)}</Problem>}
      {look.data?.alarms.map(({ sessionId, sentence }) => (
        <Problem key={sessionId}>{sentence}</Problem>
      ))}
      {look.data?.providers.map((provider) => (
        <Found key={provider.name} provider={provider} />
      ))}
    </Card>
  );
}

function Found({ provider }: { readonly provider: AtProvider }): ReactNode {
  const { name, problem, note, found, missing } = provider;
  const all = [
    ...found.map((each) => ({ ...each, tone: TONES[each.verdict] })),
    ...missing.map((each) => ({ ...each, key: each.sessionId, verdict: 'missing', tone: 'warn' as const })),
  ];
  return (
    <div className="flex flex-col gap-1 border-t border-line pt-3">
      <h3 className="font-medium">{name}</h3>
      {problem !== null && <Problem>{problem}</Problem>}
      {problem === null && all.length === 0 && (
        <p className="text-sm text-muted">{note ?? 'It has nothing of ours.'}</p>
      )}
      <ul className="flex flex-col">
        {all.map(({ key, sessionId, verdict, tone, sentence }) => (
          <li key={key} className="flex flex-wrap items-center gap-x-3 text-sm">
            <Pill tone={tone}>{verdict}</Pill>
            <span className="min-w-0 flex-1 basis-60">{sentence}</span>
            <Link
              to="/sessions/$id"
              params={{ id: sessionId }}
              className="inline-flex min-h-11 items-center font-mono text-[13px] text-accent hover:underline"
            >
              {sessionId}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
