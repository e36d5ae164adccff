import type { DoctorReport } from '@errand/contract';
import { alarmAt, judgeFound, type Provider, type SessionRecord, span } from '@errand/core';
import { everyOpenSession } from './every-open-session.ts';
import type { SessionParts } from './session-parts.ts';

type ProviderReport = DoctorReport['providers'][number];

/** What exists at every provider, beside what is known. Changes nothing. */
export async function diagnose(
  parts: Pick<SessionParts, 'sessions' | 'providers' | 'clock'>,
  tag: string,
): Promise<DoctorReport> {
  const { sessions, providers, clock } = parts;
  const open = await everyOpenSession(sessions);
  const now = clock.now();
  const alarmed = open.filter((session) => (alarmAt(session) ?? Infinity) <= now);
  return {
    providers: await Promise.all(
      [...providers.values()].map((provider) => reportOf(parts, provider, { tag, open })),
    ),
    alarms: alarmed.map((session) => ({ sessionId: session.id, sentence: alarmSentence(session) })),
  };
}

/** What somebody who pays for it must know. */
export function alarmSentence({ state, trouble, spec }: SessionRecord): string {
  const what = state === 'stopping' ? 'was stopped' : 'is gone';
  const why = trouble === null ? '' : ` ${trouble.message}.`;
  return `The provider ${spec.provider} does not confirm that it ${what}; it may still cost money.${why}`;
}

async function reportOf(
  { sessions, clock }: Pick<SessionParts, 'sessions' | 'clock'>,
  provider: Provider,
  { tag, open }: { readonly tag: string; readonly open: readonly SessionRecord[] },
): Promise<ProviderReport> {
  const { name, capabilities } = provider;
  if (provider.list === undefined) return { ...NOTHING_SHOWN, name, note: noteOf(capabilities) };
  try {
    const found = await provider.list(tag);
    const seen = new Set(found.map(({ sessionId }) => sessionId));
    return {
      name,
      problem: null,
      note: null,
      found: await Promise.all(
        found.map(async (each) => {
          const session = await sessions.get(each.sessionId);
          const { kind, sentence } = judgeFound(each, session, clock.now());
          const verdict = kind === 'known' || kind === 'unsure' ? kind : 'orphan';
          const { key, sessionId, state } = each;
          return { key, sessionId, state, verdict, session: session?.state ?? null, sentence };
        }),
      ),
      missing: open
        .filter(({ id, spec, launch, kept }) => spec.provider === name && !seen.has(id) && has(launch, kept))
        .map(({ id, state }) => ({
          sessionId: id,
          state,
          sentence: 'The provider does not show anything of it.',
        })),
    };
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'unknown';
    return { ...NOTHING_SHOWN, name, problem, note: null };
  }
}

const NOTHING_SHOWN = { problem: null, found: [], missing: [] };

function noteOf({ endsItselfMs = 0 }: Provider['capabilities']): string {
  return `Nobody shows what it has made; each of these ends by itself within ${span(endsItselfMs)} of its start.`;
}

function has(launch: SessionRecord['launch'], kept: SessionRecord['kept']): boolean {
  return launch?.handle != null || kept !== null;
}
