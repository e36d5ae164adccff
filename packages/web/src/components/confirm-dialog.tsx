import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './notice.tsx';

export interface ConfirmDialogProps {
  readonly title: string;
  /** On the button that does it. */
  readonly verb: string;
  readonly act: UseMutationResult<unknown, Error, void>;
  readonly close: () => void;
  /** What follows from it. */
  readonly children: ReactNode;
}

/** Asks once more before something cannot be taken back. */
export function ConfirmDialog({ title, verb, act, close, children }: ConfirmDialogProps): ReactNode {
  return (
    <Dialog title={title} close={close}>
      <p className="text-muted">{children}</p>
      {act.isError && <Problem>{sentenceOf(act.error)}</Problem>}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Keep it</Button>
        <Button tone="danger" disabled={act.isPending} onClick={() => act.mutate()}>
          {verb}
        </Button>
      </div>
    </Dialog>
  );
}
