import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let isLost = false;

/** Whether the server answered when it was asked last. */
export const connection = {
  lost: () => become(true),
  found: () => become(false),
} as const;

function become(lost: boolean): void {
  if (isLost === lost) return;
  isLost = lost;
  for (const listener of listeners) listener();
}

export function useConnectionLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLost,
  );
}
