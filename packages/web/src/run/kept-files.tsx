import type { Artifact, Run } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { asSentence, sentenceOf } from '../api/sentence.ts';
import { Icon } from '../components/icon.tsx';
import { Problem } from '../components/notice.tsx';
import { bytesText } from '../files/path.ts';

type Kept = Readonly<NonNullable<Run['kept']>>;

/** The files that a run has left behind, to be downloaded, and what was to be kept and is not. */
export function KeptFiles({ run }: { readonly run: Run }): ReactNode {
  const { kept } = run;
  if (kept === null) return null;
  return (
    <section aria-label="Files" className="flex flex-col gap-1 text-sm">
      {kept.problem !== null && <Problem>{asSentence(kept.problem)}</Problem>}
      {kept.files > 0 && <Folded run={run} kept={kept} />}
    </section>
  );
}

interface FoldedProps {
  readonly run: Run;
  readonly kept: Kept;
}

/** Folded away, and asked for only when somebody looks. */
function Folded({ run, kept: { files, bytes } }: FoldedProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="group" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="inline-flex min-h-11 items-center gap-1.5 rounded-control pr-3 font-medium text-muted select-none hover:text-ink">
        <span className="transition-transform group-open:rotate-180">
          <Icon name="down" size={18} />
        </span>
        <Icon name="file" size={16} />
        {files === 1 ? '1 file' : `${files.toLocaleString('en')} files`} kept, {bytesText(bytes)}
      </summary>
      {isOpen && <List run={run} />}
    </details>
  );
}

function List({ run }: { readonly run: Run }): ReactNode {
  const { data: files, error } = useKept(run);
  if (files === undefined)
    return error === null ? (
      <div role="status" aria-label="Loading" className="h-11 animate-pulse rounded-control bg-sunken" />
    ) : (
      <Problem>{sentenceOf(error)}</Problem>
    );
  return (
    <ul aria-label="Files that were kept" className="flex flex-col divide-y divide-line">
      {files.map((file) => (
        <Row key={file.path} run={run} file={file} />
      ))}
    </ul>
  );
}

function Row({ run, file: { path, bytes } }: { readonly run: Run; readonly file: Artifact }): ReactNode {
  return (
    <li>
      <a
        href={errand.runs.of(run).artifacts.url(path)}
        download={path.split('/').at(-1)}
        className="flex min-h-11 items-center gap-3 rounded-control px-1 hover:bg-sunken -outline-offset-2"
      >
        <span className="min-w-0 flex-1 font-mono break-all">{path}</span>
        <span className="shrink-0 text-muted tabular-nums">{bytesText(bytes)}</span>
        <span className="shrink-0 text-muted">
          <Icon name="download" size={18} />
          <span className="sr-only">Download</span>
        </span>
      </a>
    </li>
  );
}

/** A run that is tried again keeps those of its last attempt. */
function useKept(run: Run): UseQueryResult<readonly Artifact[]> {
  return useQuery({
    queryKey: ['run', run.id, 'kept', run.attempt],
    queryFn: async ({ signal }) => (await errand.runs.of(run).artifacts.list({ signal })).artifacts,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
