import type { Job } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useRun } from '../api/runs.ts';
import { Card } from '../components/card.tsx';
import { Icon } from '../components/icon.tsx';
import { Pill, type PillTone } from '../components/pill.tsx';
import { durationText, useNow } from '../components/time.tsx';

type Attempt = Job['attempts'][number];
type Command = Attempt['commands'][number];
type Output = Attempt['outputs'][number];

const CardOutput = lazy(async () => ({
  default: (await import('../run-box/card-output.tsx')).CardOutput,
}));

const OUTPUT_TONES: Readonly<Record<Output['state'], PillTone>> = {
  unchecked: 'calm',
  ok: 'good',
  missing: 'bad',
  stale: 'bad',
  invalid: 'bad',
};

/** One attempt: each command with what it wrote, each output with what was found. */
export function AttemptCard({
  attempt,
  latest,
}: {
  readonly attempt: Attempt;
  readonly latest: boolean;
}): ReactNode {
  const { number, session, commands, outputs, cause, ending, settled } = attempt;
  return (
    <Card
      title={`Attempt ${number}`}
      actions={
        session !== null && (
          <Link
            to="/sessions/$id"
            params={{ id: session }}
            className="inline-flex min-h-11 items-center gap-2 rounded-control px-3 text-sm font-medium text-accent hover:underline"
          >
            <Icon name="sessions" size={18} />
            Its session
          </Link>
        )
      }
    >
      {cause !== null && <p className="text-bad">{cause.sentence}</p>}
      <ol aria-label={`Commands of attempt ${number}`} className="flex flex-col divide-y divide-line">
        {commands.map((command, index) => (
          <CommandRow
            key={index}
            command={command}
            open={latest && (cause === null ? isRunning(command) : cause.command === index)}
          />
        ))}
      </ol>
      {outputs.length > 0 && (
        <ul
          aria-label={`Outputs of attempt ${number}`}
          className="flex flex-col gap-2 border-t border-line pt-3"
        >
          {outputs.map(({ text, state, why }, index) => (
            <li key={index} className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Pill tone={OUTPUT_TONES[state]}>{state === 'ok' ? 'there' : state}</Pill>
              <span className="min-w-0 font-mono text-sm break-all">{text}</span>
              {why !== null && <span className="basis-full text-sm text-muted">{why}</span>}
            </li>
          ))}
        </ul>
      )}
      {ending !== null && (
        <p className="text-sm text-muted">
          {settled ? ENDED[ending] : 'Its session is being ended; the provider has not confirmed that yet.'}
        </p>
      )}
    </Card>
  );
}

const ENDED = {
  delete: 'Its session is gone.',
  stop: 'Its session is stopped.',
  keep: 'Its session was kept.',
} as const;

function isRunning({ startedAt, endedAt }: Command): boolean {
  return startedAt !== null && endedAt === null;
}

function CommandRow({ command, open }: { readonly command: Command; readonly open: boolean }): ReactNode {
  const { text, run, startedAt, endedAt, end } = command;
  const now = useNow(1_000, isRunning(command));
  const [chosen, setChosen] = useState<boolean | null>(null);
  const shown = (chosen ?? open) && run !== null;
  return (
    <li className="flex flex-col py-1">
      <div className="flex flex-wrap items-center gap-x-3">
        <CommandPill command={command} />
        <code className="min-w-0 flex-1 basis-40 py-2 font-mono text-sm wrap-anywhere">{text}</code>
        {startedAt !== null && (
          <span className="text-sm text-muted tabular-nums">
            {durationText((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt))}
          </span>
        )}
        {run !== null && (
          <>
            <button
              type="button"
              aria-expanded={shown}
              onClick={() => setChosen(!shown)}
              className="min-h-11 rounded-control px-2 text-sm font-medium text-accent hover:underline"
            >
              Output
            </button>
            <Link
              to="/runs/$id"
              params={{ id: run }}
              className="inline-flex min-h-11 min-w-11 items-center justify-center px-2 text-sm font-medium text-accent hover:underline"
            >
              Run
            </Link>
          </>
        )}
      </div>
      {end !== null && end.exitCode !== 0 && <p className="pb-2 text-sm text-bad">{end.sentence}</p>}
      {shown && <CommandOutput run={run} />}
    </li>
  );
}

function CommandPill({ command }: { readonly command: Command }): ReactNode {
  const { startedAt, endedAt, end } = command;
  if (startedAt === null && endedAt === null) return <Pill tone="calm">not begun</Pill>;
  if (endedAt === null) return <Pill tone="live">running</Pill>;
  return end?.exitCode === 0 ? (
    <Pill tone="good">exit 0</Pill>
  ) : (
    <Pill tone="bad">{`exit ${end?.exitCode ?? '?'}`}</Pill>
  );
}

function CommandOutput({ run: id }: { readonly run: string }): ReactNode {
  const { data: run } = useRun(id);
  if (run === undefined) return <div className="h-20 rounded-control bg-term" />;
  return (
    <div className="overflow-hidden rounded-control">
      <Suspense fallback={<div className="h-20 bg-term" />}>
        <CardOutput run={run} />
      </Suspense>
    </div>
  );
}
