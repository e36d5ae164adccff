import { observeSession, type Provider, type SessionFact, type SessionRecord } from '@errand/core';
import { changeSession } from '../../use-cases/sessions/change-session.ts';
import type { SessionParts } from '../../use-cases/sessions/session-parts.ts';
import type { ProbeHealth } from './probe-health.ts';
import type { ProcessorUse } from './processor-use.ts';

export interface CarryOutParts
  extends Pick<SessionParts, 'sessions' | 'notifier' | 'clock' | 'commands' | 'uses' | 'unseal'> {
  readonly tag: string;
  readonly probe: ProbeHealth;
  readonly processors: ProcessorUse;
  /** For how long (steady ms) this process has known the wall clock not to jump. */
  readonly trustedMs: () => number;
}

/** When the session should be looked at again: at once, or after some ms (null: when its record says so). */
export type Again = 'now' | number | null;

export interface Task {
  readonly session: SessionRecord;
  readonly provider: Provider;
}

/** A provider that is at work is asked again after this. */
export const SOON_MS = 1_000;

/** Writes a fact down; whoever changed the session meanwhile is asked what the fact means now. */
export async function observe(parts: CarryOutParts, id: string, fact: SessionFact): Promise<Again> {
  const changed = await changeSession(parts, id, (session) => observeSession(session, fact));
  return changed?.step.kind === 'next' ? 'now' : SOON_MS;
}
