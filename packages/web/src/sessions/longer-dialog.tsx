import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { Problem } from '../components/notice.tsx';
import { putSession } from './queries.ts';

export interface LongerDialogProps {
  readonly id: string;
  readonly kind: 'extend' | 'hold';
  readonly close: () => void;
}

const TEXTS = {
  extend: {
    title: 'Extend its life',
    about: 'From now on it may run for at least this long.',
    verb: 'Extend',
  },
  hold: { title: 'Hold it', about: 'For this long it does not count as idle.', verb: 'Hold' },
} as const;
const SPANS = ['1h', '4h', '12h'] as const;

/** Lets a session live longer: past its maximum lifetime, or though nothing is done in it. */
export function LongerDialog({ id, kind, close }: LongerDialogProps): ReactNode {
  const { title, about, verb } = TEXTS[kind];
  const [span, setSpan] = useState('4h');
  const [note, setNote] = useState('');
  const act = useMutation({
    mutationFn: () =>
      kind === 'extend'
        ? errand.sessions.extend(id, span.trim())
        : errand.sessions.hold(id, {
            for: span.trim(),
            ...(note.trim() === '' ? {} : { note: note.trim() }),
          }),
    onSuccess: (session) => {
      putSession(session);
      close();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    act.mutate();
  };
  const faults = faultsOf(act.error);
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">{about}</p>
        <div className="flex flex-wrap gap-2">
          {SPANS.map((each) => (
            <Button key={each} aria-pressed={span === each} onClick={() => setSpan(each)}>
              {each}
            </Button>
          ))}
        </div>
        <TextField
          label="How long"
          hint="Such as 90m, 4h or 1d"
          value={span}
          onChange={(event) => setSpan(event.target.value)}
          fault={faults['by'] ?? faults['for']}
        />
        {kind === 'hold' && (
          <TextField
            label="Why (optional)"
            value={note}
            onChange={(event) => setNote(event.target.value)}
            fault={faults['note']}
          />
        )}
        {act.isError && Object.keys(faults).length === 0 && <Problem>{sentenceOf(act.error)}</Problem>}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Close</Button>
          <Button tone="primary" type="submit" disabled={act.isPending || span.trim() === ''}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
