import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { errand } from '../api/errand.ts';
import { usePlaces } from '../api/places.ts';
import { putRun, useRun } from '../api/runs.ts';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Failure, Loading, Problem } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { ResultView } from '../result/result-view.tsx';
import { RunLength } from '../run/run-length.tsx';
import { targetOf } from '../run-box/draft.ts';
import { TargetSelect } from '../run-box/target-select.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { ArgumentFields } from './argument-fields.tsx';
import { argumentsOf, faultOf, parametersOf, type Typed, typedFrom } from './parameter.ts';
import { type Script, useScript } from './queries.ts';
import { ScriptHistory } from './script-history.tsx';

const route = getRouteApi('/scripts/$name');

/** One script: its form, what the call answered, and what it answered before. */
export function ScriptScreen(): ReactNode {
  const { name } = route.useParams();
  const { data: script, error, refetch } = useScript(name);
  const [runId, setRunId] = useState<string | null>(null);
  return (
    <Screen title={name}>
      {script === undefined && error === null && <Loading rows={3} />}
      {script === undefined && error !== null && (
        <Failure error={error} again={() => void refetch()} list="scripts" />
      )}
      {script !== undefined && (
        <>
          {script.description !== null && <p className="-mt-2 text-muted">{script.description}</p>}
          {script.problem !== null && <Problem>{script.problem}</Problem>}
          <CallForm script={script} called={setRunId} />
          {runId !== null && <Called id={runId} />}
          <ScriptHistory script={script} />
        </>
      )}
    </Screen>
  );
}

interface CallFormProps {
  readonly script: Script;
  /** Told the id of the run. */
  readonly called: (id: string) => void;
}

function CallForm({ script, called }: CallFormProps): ReactNode {
  const { args: given = {} } = route.useSearch();
  const session = useSession().data;
  const places = usePlaces().data;
  const parameters = parametersOf(script.parameters);
  const [typed, setTyped] = useState<Typed>(() => typedFrom(parameters, given));
  const [target, setTarget] = useState('');
  const [tried, setTried] = useState(false);
  const call = useMutation({
    mutationFn: async () => {
      const args = argumentsOf(parameters, typed);
      const { latest } = await errand.runs.create({ script: script.name, args, ...targetOf(target) });
      putRun(latest);
      return latest.id;
    },
    onSuccess: called,
  });
  const wrong = parameters.some((parameter) => faultOf(parameter, typed[parameter.name] ?? '') !== undefined);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!wrong) call.mutate();
  };
  if (!mayTouch(session)) return <Problem>This key may look, but not run anything.</Problem>;
  return (
    <form
      noValidate
      onSubmit={submit}
      className="flex flex-col gap-4 rounded-card border border-line bg-surface p-4"
    >
      <ArgumentFields
        parameters={parameters}
        typed={typed}
        set={(name, text) => setTyped((before) => ({ ...before, [name]: text }))}
        tried={tried}
        faults={faultsOf(call.error)}
      />
      {parameters.length === 0 && <p className="text-muted">It takes no arguments.</p>}
      <div className="flex flex-wrap items-center gap-2">
        <div className="min-w-48 flex-1 wide:max-w-xs">
          <TargetSelect
            places={places}
            value={target}
            onChange={setTarget}
            admin={session?.role === 'admin'}
            first={defaultText(script)}
          />
        </div>
        <Button tone="primary" type="submit" icon="run" disabled={call.isPending || script.problem !== null}>
          {call.isPending ? 'Starting…' : 'Run'}
        </Button>
      </div>
      {tried && wrong && <Problem>Something is not filled in right yet.</Problem>}
      {call.isError && <Problem>{sentenceOf(call.error)}</Problem>}
    </form>
  );
}

/** What "nowhere in particular" means for a script. */
function defaultText({ pool, origin }: Script): string {
  if (origin === 'agents') return 'an agent that offers it';
  return pool === null ? 'this server (local)' : `the pool ${pool}`;
}

/** The call that was just made: how it goes, then what it answered. A failure is never shown as a number. */
function Called({ id }: { readonly id: string }): ReactNode {
  const { data: run } = useRun(id);
  const place = useRef<HTMLElement>(null);
  // On a phone it begins below the screen, and grows with its answer.
  const answered = run?.result !== undefined;
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
  }, [id, run?.status, answered]);
  if (run === undefined) return <Loading rows={1} />;
  return (
    <section
      ref={place}
      aria-label="This call"
      className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        <StatusBadge status={run.status} />
        <RunLength run={run} />
        <Link
          to="/runs/$id"
          params={{ id }}
          className="ml-auto inline-flex min-h-11 items-center font-medium text-accent hover:underline"
        >
          Show its output
        </Link>
      </div>
      {run.why !== null && <p className="text-muted">{run.why}</p>}
      {run.end !== null && run.status !== 'succeeded' && <Problem>{run.end.sentence}</Problem>}
      {run.resultProblem !== null && <Problem>{run.resultProblem}</Problem>}
      {run.hasResult && run.result !== undefined && <ResultView result={run.result} view={run.resultView} />}
      {run.status === 'succeeded' && !run.hasResult && (
        <p className="text-muted">It succeeded, and reported no result.</p>
      )}
    </section>
  );
}
