import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Problem } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { DocumentEditor } from './document-editor.tsx';
import { type DocumentFault, faultsIn, type ReadDocument, readDocument } from './document-faults.ts';
import { putJob } from './queries.ts';

const BEGIN = `name: example
session:
  provider: process
commands:
  - echo made in a session of its own > result.txt
  - cat result.txt
`;

/** A document is written or pasted, checked as one types, and submitted. */
export function NewJobScreen(): ReactNode {
  const navigate = useNavigate();
  const touch = mayTouch(useSession().data);
  const [text, setText] = useState(BEGIN);
  const settled = useDeferredValue(text);
  const read = readDocument(settled);
  const { faults, warnings, error } = useChecked(settled, read);
  const submit = useMutation({
    mutationFn: async () => await errand.request('createJob', { body: { ...read.value } }, KEY()),
    onSuccess: (job) => {
      putJob(job);
      void navigate({ to: '/jobs/$id', params: { id: job.id } });
    },
  });
  if (!touch)
    return (
      <Screen title="New job">
        <Problem>This key may look, but not make anything.</Problem>
      </Screen>
    );
  return (
    <Screen title="New job">
      <p className="-mt-2 text-muted">
        A session is made, the commands run in it in order, the outputs must be there, and all is torn down.
        YAML or JSON; it is checked as you type.
      </p>
      <DocumentEditor text={text} set={setText} faults={faults} />
      {warnings.map((warning) => (
        <p key={warning} className="rounded-control bg-warn-soft px-3 py-2.5 text-warn">
          {warning}
        </p>
      ))}
      {error !== null && <Problem>{sentenceOf(error)}</Problem>}
      {submit.isError && <Problem>{sentenceOf(submit.error)}</Problem>}
      <Button
        tone="primary"
        icon="run"
        disabled={submit.isPending || faults.length > 0 || read.value === null}
        onClick={() => submit.mutate()}
      >
        {submit.isPending ? 'Submitting…' : 'Submit'}
      </Button>
    </Screen>
  );
}

/** A lost answer may be asked for again. */
const KEY = (): { readonly headers: Readonly<Record<string, string>> } => ({
  headers: { 'idempotency-key': crypto.randomUUID() },
});

interface Checked {
  readonly faults: readonly DocumentFault[];
  readonly warnings: readonly string[];
  readonly error: Error | null;
}

/** What the server thinks of it; while it is no document, what is wrong with that. */
function useChecked(text: string, read: ReadDocument): Checked {
  const { data: report, error } = useQuery({
    queryKey: ['jobs', 'check', text],
    queryFn: async ({ signal }) => {
      // Who types does not wait for every letter to be judged.
      await new Promise((resolve) => setTimeout(resolve, 300));
      signal.throwIfAborted();
      return await errand.jobs.check({ ...read.value });
    },
    enabled: read.value !== null,
    placeholderData: (before) => before,
    gcTime: 10_000,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (read.value === null) return { faults: read.faults, warnings: [], error: null };
  if (report === undefined) return { faults: [], warnings: [], error };
  return { faults: faultsIn(read, report), warnings: report.warnings, error };
}
