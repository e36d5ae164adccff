import type { SessionFile } from '@errand/sdk';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Icon, type IconName } from '../components/icon.tsx';
import { Ago } from '../components/time.tsx';
import { below, bytesText } from './path.ts';

export interface FileRowProps {
  readonly id: string;
  readonly folder: string;
  readonly file: SessionFile;
}

const ICONS = {
  file: 'file',
  folder: 'folder',
  link: 'link',
  other: 'more',
} as const satisfies Record<SessionFile['kind'], IconName>;

const ROW = 'flex min-h-14 w-full items-center gap-3 px-4 py-2 text-left hover:bg-canvas -outline-offset-2';

/** One file or folder: a folder opens, a file is downloaded, a link leads to either. */
export function FileRow(props: FileRowProps): ReactNode {
  const { id, folder, file } = props;
  const path = below(folder, file.path);
  if (file.kind === 'folder')
    return (
      <li>
        <Link to="/sessions/$id" params={{ id }} search={{ tab: 'files', path }} className={ROW}>
          <Look file={file} />
        </Link>
      </li>
    );
  if (file.kind === 'file')
    return (
      <li>
        <a href={errand.sessions.files(id).url(path)} download={file.path} className={ROW}>
          <Look file={file} />
          <span className="shrink-0 text-muted">
            <Icon name="download" />
            <span className="sr-only">Download</span>
          </span>
        </a>
      </li>
    );
  if (file.kind === 'link') return <LinkRow {...props} />;
  return (
    <li className={ROW}>
      <Look file={file} />
    </li>
  );
}

/** Where it leads is asked only when somebody wants to go there. */
function LinkRow({ id, folder, file }: FileRowProps): ReactNode {
  const path = below(folder, file.path);
  const navigate = useNavigate();
  const open = useMutation({
    mutationFn: () => errand.sessions.files(id).stat(path),
    onSuccess: ({ kind }) => {
      if (kind === 'folder')
        void navigate({ to: '/sessions/$id', params: { id }, search: { tab: 'files', path } });
      else globalThis.location.assign(errand.sessions.files(id).url(path));
    },
  });
  return (
    <li>
      <button type="button" className={ROW} disabled={open.isPending} onClick={() => open.mutate()}>
        <Look file={file} />
        {open.isError && <span className="text-sm text-bad">{sentenceOf(open.error)}</span>}
      </button>
    </li>
  );
}

function Look({ file }: { readonly file: SessionFile }): ReactNode {
  const { path, kind, bytes, modifiedAt } = file;
  return (
    <>
      <span className={`shrink-0 ${kind === 'folder' ? 'text-accent' : 'text-muted'}`}>
        <Icon name={ICONS[kind]} />
      </span>
      <span className="flex min-w-0 flex-1 flex-col gap-x-4 wide:flex-row wide:items-center wide:justify-between">
        <span className="min-w-0 font-mono text-[15px] break-all">{path}</span>
        <span className="flex shrink-0 gap-x-3 text-sm text-muted tabular-nums">
          <span>{kind === 'file' ? bytesText(bytes) : kind}</span>
          <Ago time={modifiedAt} />
        </span>
      </span>
    </>
  );
}
