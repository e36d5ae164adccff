import type { ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';

export interface ReplaceDialogProps {
  readonly names: readonly string[];
  readonly replace: () => void;
  readonly close: () => void;
}

/** Asks before an upload takes the place of what is there. */
export function ReplaceDialog({ names, replace, close }: ReplaceDialogProps): ReactNode {
  return (
    <Dialog title={names.length === 1 ? 'Replace the file?' : `Replace ${names.length} files?`} close={close}>
      <p className="text-muted">
        <span className="font-mono break-all text-ink">{names.slice(0, 5).join(', ')}</span>
        {names.length > 5 && ` and ${names.length - 5} more`} {names.length === 1 ? 'is' : 'are'} in this
        folder already.
      </p>
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Keep it</Button>
        <Button tone="danger" onClick={replace}>
          Replace
        </Button>
      </div>
    </Dialog>
  );
}
