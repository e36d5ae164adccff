import type { Server } from './server.ts';
import { until } from './until.ts';

/** What was written down of an operation, newest first, once the outcome of the newest is: target, outcome, and name of the key. */
export async function audited(
  server: Server,
  action: string,
): Promise<readonly (readonly [target: string | null, outcome: string, by: string | null])[]> {
  return await until(async () => {
    for await (const { entries } of server.sdk().audit({ action }))
      return entries[0]?.outcome === null
        ? null
        : entries.map(({ target, outcome, key }) => [target, outcome ?? '', key?.name ?? null] as const);
    return null;
  }, `the outcome of the last ${action}`);
}
