import type { Run, Session } from '@errand/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Failure, Loading, Problem } from '../components/notice.tsx';
import { Ago } from '../components/time.tsx';
import { TerminalPane } from './terminal-pane.tsx';

/** Which of the two there is shows only over there. */
const SHELL = 'if command -v bash > /dev/null; then exec bash -l; else exec sh -l; fi';
/** Until the terminal knows how large it is. */
const FIRST_SIZE = { rows: 24, columns: 80 };
const NAME = 'shell';

/** A shell in a session. One that still runs is gone back to, so that a reload or a lost line ends nothing. */
export function SessionTerminal({ session }: { readonly session: Session }): ReactNode {
  const { id } = session;
  const [run, setRun] = useState<Run | null>(null);
  const running = useQuery({
    queryKey: ['sessions', 'shells', id],
    queryFn: async () => {
      const query = {
        session: id,
        name: NAME,
        status: ['queued', 'starting', 'running', 'unreachable'] as const,
      };
      const { runs } = await errand.request('listRuns', { query: { ...query, status: [...query.status] } });
      return runs.filter(({ tty }) => tty);
    },
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const start = useMutation({
    mutationFn: async () => {
      const wish = { session: id, shell: SHELL, tty: FIRST_SIZE, stdin: 'stream', name: NAME } as const;
      return (await errand.runs.create(wish)).latest;
    },
    onSuccess: setRun,
  });
  const none = running.data?.length === 0;
  useEffect(() => {
    if (none) start.mutate();
  }, [none]);
  if (run !== null)
    return <TerminalPane key={run.id} run={run} again={() => start.mutate()} leave={() => setRun(null)} />;
  if (running.isError) return <Failure error={running.error} again={() => void running.refetch()} />;
  if (start.isError) return <Failure error={start.error} again={() => start.mutate()} />;
  if (running.data === undefined || none) return <Loading rows={1} />;
  return <Choice shells={running.data} back={setRun} start={start} />;
}

interface ChoiceProps {
  readonly shells: readonly Run[];
  readonly back: (run: Run) => void;
  readonly start: { readonly mutate: () => void; readonly isPending: boolean; readonly error: Error | null };
}

function Choice({ shells, back, start }: ChoiceProps): ReactNode {
  return (
    <div className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4">
      <p>A shell still runs in this session.</p>
      {start.error !== null && <Problem>{sentenceOf(start.error)}</Problem>}
      <ul className="flex flex-col gap-2">
        {shells.map((shell) => (
          <li key={shell.id}>
            <Button icon="run" onClick={() => back(shell)}>
              Go back to the one begun&nbsp;
              <Ago time={shell.createdAt} />
            </Button>
          </li>
        ))}
        <li>
          <Button tone="primary" icon="plus" disabled={start.isPending} onClick={start.mutate}>
            Open a new one
          </Button>
        </li>
      </ul>
    </div>
  );
}
