import type { Run } from '@errand/sdk';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { errand } from '../api/errand.ts';
import { putRun } from '../api/runs.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Problem } from '../components/notice.tsx';

export interface BulkCancelProps {
  /** Those in the list that have not ended. */
  readonly open: readonly Run[];
  readonly chosen: ReadonlySet<string>;
  readonly setChosen: (chosen: ReadonlySet<string>) => void;
}

/** Cancels what was chosen, after it was asked how many that are. */
export function BulkCancel({ open, chosen, setChosen }: BulkCancelProps): ReactNode {
  const wanted = open.filter(({ id }) => chosen.has(id));
  const cancel = useMutation({
    mutationFn: async () => {
      const results = await Promise.allSettled(
        wanted.map(async ({ id }) => putRun(await errand.request('cancelRun', { params: { id }, body: {} }))),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    onSuccess: () => setChosen(new Set()),
  });
  const all = wanted.length === open.length;
  return (
    <div className="-mt-4 flex flex-wrap items-center gap-2 pb-1 -ml-3.5">
      <Button tone="quiet" onClick={() => setChosen(new Set(all ? [] : open.map(({ id }) => id)))}>
        {all ? 'Choose none' : `Choose all ${open.length} open`}
      </Button>
      {wanted.length > 0 && (
        <Button tone="danger" icon="stop" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel {wanted.length} {wanted.length === 1 ? 'run' : 'runs'}
        </Button>
      )}
      {cancel.isError && <Problem>{sentenceOf(cancel.error)}</Problem>}
    </div>
  );
}
