import type { Lease } from '@errand/contract';
import { type Account, environmentOf } from './environment.ts';
import type { Spool, SpoolDraft } from './ports.ts';

/** What is written down of a lease. */
export function draftOf(
  lease: Lease,
  { keeper, account, spool }: { keeper: string; account: Account; spool: Pick<Spool, 'boot' | 'folderFor'> },
): SpoolDraft {
  return {
    lease: withoutSecrets(lease),
    boot: spool.boot,
    keeper,
    cwd: lease.cwd ?? spool.folderFor(lease),
    ownCwd: lease.cwd === null,
    program: lease.argv[0] ?? '',
    path: environmentOf(lease, account)['PATH'] ?? '',
  };
}

/** Environment and arguments may be secret. */
function withoutSecrets(lease: Lease): Lease {
  const script = lease.script && { ...lease.script, args: {}, text: null };
  return { ...lease, argv: [], env: {}, script };
}
