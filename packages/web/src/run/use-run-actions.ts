import type { Input, Run } from '@errand/sdk';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { errand } from '../api/errand.ts';
import { putRun } from '../api/runs.ts';

type Cancel = NonNullable<Input<'cancelRun'>['body']>;

/** Asks for the end of a run. */
export function useCancel(id: string): UseMutationResult<Run, Error, Cancel> {
  return useMutation({
    mutationFn: (body: Cancel) => errand.request('cancelRun', { params: { id }, body }),
    onSuccess: putRun,
  });
}

/** Asks for one more attempt at a run. */
export function useRetry(run: Run): UseMutationResult<Run, Error, void> {
  return useMutation({ mutationFn: () => errand.runs.of(run).retry(), onSuccess: putRun });
}
