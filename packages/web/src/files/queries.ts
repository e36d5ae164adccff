import type { SessionFile } from '@errand/sdk';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { errand } from '../api/errand.ts';
import { queryClient } from '../api/query-client.ts';

const FILES = 'files';

/**
 * What lies in a folder of a session. Never asked for again by itself: whoever looks at files uses the session, and a page that is left open
 * must not keep it alive.
 */
export function useFolder(id: string, path: string): UseQueryResult<readonly SessionFile[]> {
  return useQuery({
    queryKey: [FILES, id, path],
    queryFn: () => errand.sessions.files(id).listFolder(path),
  });
}

/** Something was put into a folder. */
export function folderChanged(id: string): void {
  void queryClient.invalidateQueries({ queryKey: [FILES, id] });
}
