import type { Lease } from '@errand/contract';
import { type Account, environmentOf, MACHINE_ACCOUNT } from './environment.ts';
import type { Spool, SpoolDraft } from './ports.ts';

export interface DraftParts {
  readonly claimant: string;
  readonly keeper: string;
  readonly account: Account;
  readonly spool: Pick<Spool, 'boot' | 'folderFor'>;
  /** The first word of what is executed. */
  readonly program: string;
  readonly host: string | null;
  /** Commands have the environment of their keeper, which is in a container. */
  readonly inherits: boolean;
  /** The agent's own. */
  readonly secrets: readonly string[];
}

/** What is written down of a lease. */
export function draftOf(lease: Lease, parts: DraftParts): SpoolDraft {
  const { claimant, keeper, spool, secrets, program, host } = parts;
  const hidden = secretsOf(lease, secrets);
  return {
    lease: { ...withoutSecrets(lease), logPlace: hidden.length === 0 ? lease.logPlace : null },
    claimant,
    boot: spool.boot,
    keeper,
    ...placeOf(lease, parts),
    program,
    secrets: hidden,
    host,
  };
}

function placeOf(
  lease: Lease,
  { spool, account, inherits }: DraftParts,
): Pick<SpoolDraft, 'cwd' | 'ownCwd' | 'path'> {
  const { cwd, container, machine, env } = lease;
  if (container !== undefined || inherits)
    return { cwd: cwd ?? '', ownCwd: false, path: env['PATH'] ?? 'the PATH of the container' };
  if (machine !== undefined)
    return { cwd: cwd ?? '', ownCwd: false, path: environmentOf(lease, MACHINE_ACCOUNT)['PATH'] ?? '' };
  const path = environmentOf(lease, account)['PATH'] ?? '';
  return { cwd: cwd ?? spool.folderFor(lease), ownCwd: cwd === null, path };
}

/** The values to mask: what the lease names, and the agent's own. */
export function secretsOf({ env, secretNames }: Lease, own: readonly string[]): readonly string[] {
  const values = [...secretNames.map((name) => env[name] ?? ''), ...own];
  return [...new Set(values)].filter((value) => value !== '');
}

/** Environment and arguments may be secret. */
function withoutSecrets(lease: Lease): Lease {
  const script = lease.script && { ...lease.script, args: {}, text: null };
  return { ...lease, argv: [], env: {}, script };
}
