import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './notice.tsx';

export interface RevokeDialogProps {
  readonly name: string;
  readonly revoke: UseMutationResult<unknown, Error, void>;
  readonly close: () => void;
  /** What follows from it. */
  readonly children: ReactNode;
}

/** Asks once more before somebody or something loses its right. */
export function RevokeDialog({ name, revoke, close, children }: RevokeDialogProps): ReactNode {
  return (
    <Dialog title={`Revoke ${name}?`} close={close}>
      <p className="text-muted">{children}</p>
      {revoke.isError && <Problem>{sentenceOf(revoke.error)}</Problem>}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Keep it</Button>
        <Button tone="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke
        </Button>
      </div>
    </Dialog>
  );
}
