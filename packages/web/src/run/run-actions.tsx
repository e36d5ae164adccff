import type { Run } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { sentenceOf } from '../api/sentence.ts';
import { Button, buttonLook, IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { draftOfRun } from '../run-box/draft.ts';
import { mayTouch, useSession } from '../session/use-session.ts';
import { useCancel, useRetry } from './use-run-actions.ts';

/** Cancel while it runs, and kill if that takes too long; retry and run again once it has ended; share always. */
export function RunActions({ run }: { readonly run: Run }): ReactNode {
  const session = useSession().data;
  const cancel = useCancel(run.id);
  const retry = useRetry(run);
  const error = cancel.error ?? retry.error;
  return (
    <>
      {error !== null && (
        <span role="alert" className="text-sm text-bad">
          {sentenceOf(error)}
        </span>
      )}
      <Share run={run} />
      {mayTouch(session) && run.endedAt === null && (
        <Button
          tone="danger"
          icon="stop"
          disabled={cancel.isPending}
          onClick={() => cancel.mutate({ kill: run.cancelRequestedAt !== null })}
        >
          {run.cancelRequestedAt === null ? 'Cancel' : 'Kill now'}
        </Button>
      )}
      {mayTouch(session) && run.endedAt !== null && (
        <>
          <Change run={run} />
          <Button compact icon="retry" disabled={retry.isPending} onClick={() => retry.mutate()}>
            Retry
          </Button>
        </>
      )}
    </>
  );
}

/** The form that made it, filled in again. */
function Change({ run }: { readonly run: Run }): ReactNode {
  const about = {
    className: buttonLook('quiet'),
    'aria-label': 'Change and run again',
    title: 'Change and run again',
  };
  return run.script === null ? (
    <Link to="/" search={draftOfRun(run)} {...about}>
      <Icon name="edit" />
    </Link>
  ) : (
    <Link
      to="/scripts/$name"
      params={{ name: run.script.name }}
      search={{ args: run.script.args }}
      {...about}
    >
      <Icon name="edit" />
    </Link>
  );
}

/** Where the device can share it does; elsewhere the address is copied. */
function Share({ run }: { readonly run: Run }): ReactNode {
  const [copied, setCopied] = useState(false);
  const share = async (): Promise<void> => {
    const url = `${location.origin}/runs/${run.id}`;
    if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) {
      await navigator.share({ url }).catch(() => undefined);
      return;
    }
    await navigator.clipboard.writeText(url);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <>
      <IconButton
        icon={copied ? 'check' : 'share'}
        label="Share a link to this run"
        onClick={() => void share()}
      />
      <span role="status" className="sr-only">
        {copied ? 'The address is copied' : ''}
      </span>
    </>
  );
}
