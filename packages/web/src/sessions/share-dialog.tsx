import type { Session } from '@errand/sdk';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { CopyLine } from '../components/copy-line.tsx';
import { Dialog } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { Problem } from '../components/notice.tsx';
import { putSession } from './queries.ts';

type Level = Session['share']['level'];

const LEVELS = {
  owner: 'Only its owner',
  team: 'Every key of the team',
  link: 'Whoever has the link',
  public: 'Everybody',
} as const satisfies Record<Level, string>;

/** Who may reach the ports; what was shared before ends with it. */
export function ShareDialog({
  session,
  close,
}: {
  readonly session: Session;
  readonly close: () => void;
}): ReactNode {
  const [level, setLevel] = useState<Level>(session.share.level);
  const [span, setSpan] = useState('24h');
  const share = useMutation({
    mutationFn: () =>
      errand.sessions.share(session.id, { level, ...(level === 'link' ? { for: span.trim() } : {}) }),
    onSuccess: ({ session: shared, link }) => {
      putSession(shared);
      if (link === null) close();
    },
  });
  const link = share.data?.link ?? null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    share.mutate();
  };
  if (link !== null) return <Made link={link} close={close} />;
  const fault = faultsOf(share.error)['for'];
  return (
    <Dialog title="Who may reach its ports?" close={close}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <fieldset className="flex flex-col">
          <legend className="sr-only">Who may reach its ports</legend>
          {(Object.keys(LEVELS) as Level[]).map((each) => (
            <label key={each} className="flex min-h-11 items-center gap-3">
              <input
                type="radio"
                name="level"
                className="size-5 accent-accent"
                checked={level === each}
                onChange={() => setLevel(each)}
              />
              {LEVELS[each]}
            </label>
          ))}
        </fieldset>
        {level === 'link' && (
          <TextField
            label="The link is good for"
            hint="Such as 2h or 7d"
            value={span}
            onChange={(event) => setSpan(event.target.value)}
            fault={fault}
          />
        )}
        <p className="text-sm text-muted">What was shared before ends with it.</p>
        {share.isError && fault === undefined && <Problem>{sentenceOf(share.error)}</Problem>}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Close</Button>
          <Button tone="primary" type="submit" disabled={share.isPending}>
            Share
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Made({ link, close }: { readonly link: string; readonly close: () => void }): ReactNode {
  return (
    <Dialog title="The link" close={close}>
      <p className="text-muted">It is shown this once. Whoever has it is let in.</p>
      <CopyLine text={link} label="Link" />
      <div className="flex justify-end">
        <Button tone="primary" onClick={close}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
