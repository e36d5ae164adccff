import type { Session } from '@errand/sdk';
import { type ReactNode, useState } from 'react';
import { queryClient } from '../api/query-client.ts';
import { Notice } from '../components/notice.tsx';
import { RunBox } from '../run-box/run-box.tsx';
import { RunCard } from '../run-box/run-card.tsx';
import { RunRow } from '../runs/run-row.tsx';
import { useSessionRuns } from './queries.ts';

/** A box for commands that run in it, and what ran. */
export function SessionCommands({
  session,
  touch,
}: {
  readonly session: Session;
  readonly touch: boolean;
}): ReactNode {
  const { data: runs = [] } = useSessionRuns(session.id);
  const [started, setStarted] = useState<readonly string[]>([]);
  const earlier = runs.filter(({ id }) => !started.includes(id));
  return (
    <div className="flex flex-col gap-4">
      {touch && session.agent !== null && session.desired === 'running' && (
        <RunBox
          from={{}}
          place={`session:${session.id}`}
          onStart={(ids) => {
            setStarted((before) => [...ids, ...before]);
            void queryClient.invalidateQueries({ queryKey: ['sessions', 'runs', session.id] });
          }}
        />
      )}
      {started.map((id) => (
        <RunCard
          key={id}
          id={id}
          remove={() => setStarted((before) => before.filter((each) => each !== id))}
        />
      ))}
      {earlier.length === 0 && started.length === 0 && (
        <Notice icon="runs" title="Nothing ran in it yet">
          <p>
            {session.agent === null ? 'It takes commands once it is ready.' : 'Commands begin in its folder.'}
          </p>
        </Notice>
      )}
      {earlier.length > 0 && (
        <ul
          aria-label="What ran in it"
          className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface"
        >
          {earlier.map((run) => (
            <RunRow key={run.id} run={run} chosen={false} toggle={null} />
          ))}
        </ul>
      )}
    </div>
  );
}
