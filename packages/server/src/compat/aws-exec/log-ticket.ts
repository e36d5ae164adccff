import type { Sealer } from '../../secrets.ts';

/** As long as the old system's signed addresses were good. */
const GOOD_FOR_MS = 60_000;

/** What an address of a log permits: reading this one log, for a minute, without a key. Sealed, so that nobody can make or change one. */
export function logTicket({ seal }: Pick<Sealer, 'seal'>, runId: string, now: number): string {
  return seal(JSON.stringify({ runId, until: now + GOOD_FOR_MS }));
}

/** The run whose log the ticket lets one read; null for one that is too old or not ours. */
export function runOfTicket({ unseal }: Pick<Sealer, 'unseal'>, ticket: string, now: number): string | null {
  try {
    const { runId, until } = JSON.parse(unseal(ticket)) as { runId?: unknown; until?: unknown };
    return typeof runId === 'string' && typeof until === 'number' && now < until ? runId : null;
  } catch {
    return null;
  }
}
