import { type EndedBy, type Health, type Observation, type Provider, type SessionRecord } from '@errand/core';
import { callProvider } from './call-provider.ts';
import { type Again, type CarryOutParts, observe, SOON_MS, type Task } from './session-task.ts';

/** The soonest that a health check is made again. */
const QUICK_MS = 100;

/** Sees how a session is: renews its lease where that is due, and moves it on by what its provider and its health check say. */
export async function look(
  parts: CarryOutParts,
  { session, provider }: Task,
  renew: boolean,
): Promise<Again> {
  const { launch, spec } = session;
  if (launch?.handle == null) return 'now';
  const { key, handle } = launch;
  if (renew) {
    // Counted from before the call: the switch beside it counts from later, never from earlier.
    const leaseUntil = parts.clock.now() + spec.limits.leaseMs;
    await callProvider(provider, parts.clock, () => provider.renew(handle, spec.limits.leaseMs));
    await observe(parts, session.id, { kind: 'renewed', key, leaseUntil, now: parts.clock.now() });
  }
  const seen = await callProvider(provider, parts.clock, () => provider.inspect(handle));
  return await SEEN[seen.kind](parts, { session, provider, key }, seen as never);
}

interface Looked extends Task {
  readonly key: string;
}

type Meet<Seen> = (parts: CarryOutParts, looked: Looked, seen: Seen) => Promise<Again>;

const SEEN: {
  readonly [Kind in Observation['kind']]: Meet<Extract<Observation, { kind: Kind }>>;
} = {
  pending: async (parts, { session, key }, { progress }) => {
    if (session.state === 'ready') return SOON_MS;
    if (progress !== null)
      await observe(parts, session.id, { kind: 'progress', key, text: progress, now: parts.clock.now() });
    return SOON_MS;
  },
  running,
  ended: (parts, looked, { reason }) => ended(parts, looked, reason),
  gone: (parts, looked) => ended(parts, looked, { kind: 'machine_gone' }),
};

async function ended(parts: CarryOutParts, { session, key }: Looked, reason: EndedBy): Promise<Again> {
  return await observe(parts, session.id, { kind: 'ended', key, reason, now: parts.clock.now() });
}

type Running = Extract<Observation, { kind: 'running' }>;

async function running(parts: CarryOutParts, looked: Looked, seen: Running): Promise<Again> {
  const { session, key } = looked;
  noteUse(parts, session, seen);
  const { ports, use } = seen;
  const fact = { kind: 'runs', key, ports, agent: use.agent, now: parts.clock.now() } as const;
  const moved = await observe(parts, session.id, fact);
  if (session.state !== 'starting') return session.state === 'creating' ? moved : null;
  return await checkHealth(parts, looked, seen);
}

function noteUse(
  { uses, processors, clock }: CarryOutParts,
  { id, spec }: SessionRecord,
  { use }: Running,
): void {
  if (use.trafficAt !== null) uses.note(id, 'traffic', Math.min(use.trafficAt, clock.now()));
  if (use.cpuMs === null) return;
  const sample = { cpuMs: use.cpuMs, at: use.cpuSeenAt ?? clock.steady() };
  if (processors.working(id, sample, spec.limits.idleMs) === true) uses.note(id, 'work', clock.now());
}

async function checkHealth(
  parts: CarryOutParts,
  { session, provider, key }: Looked,
  { health, ports }: Running,
): Promise<Again> {
  const answer = await healthOf(parts, { session, provider }, { health, ports });
  const about = { key, now: parts.clock.now() };
  if (answer.kind === 'ok') return await observe(parts, session.id, { kind: 'healthy', ...about });
  const { why } = answer;
  if (answer.kind === 'failed') return await observe(parts, session.id, { kind: 'unhealthy', ...about, why });
  await observe(parts, session.id, { kind: 'progress', ...about, text: `Not ready yet: ${why}.` });
  return nextLookMs(session, about.now);
}

/** A quick service should be ready at once: the younger the start, the sooner the next look, until the interval of its check is reached. */
function nextLookMs({ spec, since }: SessionRecord, now: number): number {
  const intervalMs = spec.health?.intervalMs ?? SOON_MS;
  return Math.min(intervalMs, Math.max(QUICK_MS, (now - since) / 4));
}

async function healthOf(
  { probe }: CarryOutParts,
  { session, provider }: { readonly session: SessionRecord; readonly provider: Provider },
  { health, ports }: Pick<Running, 'health' | 'ports'>,
): Promise<Health> {
  const { health: wanted } = session.spec;
  if (wanted === null) return { kind: 'ok' };
  const { checksHealth } = provider.capabilities;
  const looks = checksHealth === true || (checksHealth === 'commands' && wanted.check.kind === 'command');
  if (!looks) return await probe(wanted.check, ports, wanted.timeoutMs);
  return health ?? { kind: 'not_yet', why: 'its provider has not looked yet' };
}
