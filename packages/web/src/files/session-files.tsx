import type { Session } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import { type DragEvent, type ReactNode, useState } from 'react';
import { Button, IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Failure, Loading, Notice } from '../components/notice.tsx';
import { FileRow } from './file-row.tsx';
import { FolderDialog } from './folder-dialog.tsx';
import { stepsTo } from './path.ts';
import { useFolder } from './queries.ts';
import { ReplaceDialog } from './replace-dialog.tsx';
import { UploadButton } from './upload-button.tsx';
import { Uploads } from './uploads.tsx';
import { useUploads } from './use-uploads.ts';

export interface SessionFilesProps {
  readonly session: Session;
  readonly path: string;
}

/** The files of a session: to look through, to take out and to put in. */
export function SessionFiles({ session, path }: SessionFilesProps): ReactNode {
  if (session.state !== 'ready')
    return (
      <Notice icon="folder" title="Not to be reached now">
        <p>Files are reached while the session runs.</p>
      </Notice>
    );
  return <Folder key={path} id={session.id} path={path} />;
}

function Folder({ id, path }: { readonly id: string; readonly path: string }): ReactNode {
  const { data: files, error, refetch, isFetching } = useFolder(id, path);
  const [making, setMaking] = useState(false);
  const uploads = useUploads(id, path, files ?? []);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    uploads.add([...event.dataTransfer.files]);
  };
  return (
    <section
      aria-label="Files"
      className="flex flex-col gap-3"
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
    >
      <div className="flex flex-wrap items-center gap-2">
        <Way id={id} path={path} />
        <IconButton icon="retry" label="Look again" disabled={isFetching} onClick={() => void refetch()} />
        <Button icon="plus" compact onClick={() => setMaking(true)}>
          New folder
        </Button>
        <UploadButton add={uploads.add} />
      </div>
      <Uploads uploads={uploads.all} />
      {files === undefined && error === null && <Loading rows={3} />}
      {files === undefined && error !== null && <Failure error={error} again={() => void refetch()} />}
      {files?.length === 0 && (
        <Notice icon="folder" title="Nothing is in this folder">
          <p>Upload a file, or let a command write one.</p>
        </Notice>
      )}
      {files !== undefined && files.length > 0 && (
        <ul
          aria-label="Files in this folder"
          className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface"
        >
          {files.slice(0, MOST_SHOWN).map((file) => (
            <FileRow key={file.path} id={id} folder={path} file={file} />
          ))}
        </ul>
      )}
      {files !== undefined && files.length > MOST_SHOWN && (
        <p className="text-sm text-muted">
          and {files.length - MOST_SHOWN} more; <code className="font-mono">errand ls</code> lists all of them
        </p>
      )}
      {making && <FolderDialog id={id} folder={path} close={() => setMaking(false)} />}
      {uploads.asking !== null && (
        <ReplaceDialog names={uploads.asking} replace={uploads.replace} close={uploads.keep} />
      )}
    </section>
  );
}

/** Nobody looks through more, and each is an element. */
const MOST_SHOWN = 1_000;

const STEP =
  'inline-flex min-h-11 min-w-11 items-center justify-center rounded-control px-2 font-mono text-[15px] hover:bg-sunken aria-[current=page]:font-semibold';

/** The folders on the way here, each to be gone back to. */
function Way({ id, path }: { readonly id: string; readonly path: string }): ReactNode {
  const steps = stepsTo(path);
  return (
    <nav
      aria-label="Folder"
      className={`flex min-w-0 flex-1 flex-wrap items-center ${steps.length > 0 ? 'basis-full wide:basis-0' : 'basis-0'}`}
    >
      <Link
        to="/sessions/$id"
        params={{ id }}
        search={{ tab: 'files' }}
        activeOptions={{ exact: true }}
        aria-label="Where commands begin"
        className={STEP}
      >
        <Icon name="folder" />
      </Link>
      {steps.map((step) => (
        <span key={step.path} className="flex min-w-0 items-center">
          <span aria-hidden="true" className="text-muted">
            ›
          </span>
          <Link
            to="/sessions/$id"
            params={{ id }}
            search={{ tab: 'files', path: step.path }}
            activeOptions={{ exact: true }}
            className={`${STEP} min-w-0 break-all`}
          >
            {step.name}
          </Link>
        </span>
      ))}
    </nav>
  );
}
