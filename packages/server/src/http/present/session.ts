import type { Session } from '@errand/contract';
import {
  type Activity,
  alarmAt,
  describeSessionReason,
  idleAt,
  type Provider,
  type SessionRecord,
  span,
  unusedAt,
} from '@errand/core';
import { addressOf, type SessionPlace } from '../../proxy/session-place.ts';
import { alarmSentence } from '../../use-cases/sessions/diagnose.ts';
import { isSettled } from '../../use-cases/sessions/see-session.ts';

/** What is not in the record, as it is now. */
export interface SessionSight {
  readonly provider: Provider | undefined;
  /** null: nowhere. */
  readonly place: SessionPlace | null;
  readonly use: Activity | null;
  /** Commands that run in it. */
  readonly commands: number;
  readonly now: number;
}

/** A session as the API shows it: the only translation from record to wire. */
export function presentSession(session: SessionRecord, sight: SessionSight): Session {
  const { spec, launch } = session;
  return {
    id: session.id,
    name: session.name,
    owner: session.owner,
    createdBy: session.createdBy,
    run: session.run?.id ?? null,
    tags: [...session.tags],
    template:
      session.template === null ? null : { ...session.template, params: { ...session.template.params } },
    state: session.state,
    desired: session.desired,
    settled: isSettled(session),
    since: time(session.since),
    why: whyOf(session),
    alarm: (alarmAt(session) ?? Infinity) <= sight.now ? alarmSentence(session) : null,
    subdomain: session.subdomain,
    address: addressIn(sight.place, session),
    share: {
      level: session.share.level,
      expiresAt: session.share.level === 'link' ? time(session.share.expiresAt) : null,
    },
    ...presentSpec(session),
    ports: session.ports.map((port) => ({ ...port })),
    launches: session.launches,
    agent: session.agent?.id ?? null,
    live: session.agent?.machine === undefined,
    limits: { ...spec.limits },
    alive: launch === null ? null : presentAlive(session, sight),
    unusedAt: timeOrNull(unusedAt(session)),
    cost: costOf(session, sight.provider),
    createdAt: time(session.createdAt),
    readyAt: timeOrNull(session.readyAt),
    failure: presentReason(session.failure),
    ending: presentReason(session.ending),
    trouble: presentTrouble(session),
  };
}

function addressIn(place: SessionPlace | null, { subdomain }: SessionRecord): string | null {
  return place === null ? null : addressOf(place, { subdomain, port: null });
}

type SpecFields =
  | 'provider'
  | 'image'
  | 'size'
  | 'cpus'
  | 'memoryBytes'
  | 'command'
  | 'shell'
  | 'env'
  | 'secretEnv'
  | 'volumes'
  | 'files'
  | 'options';

function presentSpec({ spec }: SessionRecord): Pick<Session, SpecFields> {
  const {
    provider,
    image,
    size,
    cpus,
    memoryBytes,
    command,
    env,
    sealedEnv,
    volumes,
    options,
    files = [],
  } = spec;
  return {
    provider,
    image,
    size,
    cpus,
    memoryBytes,
    command: command?.kind === 'argv' ? [...command.argv] : null,
    shell: command?.kind === 'shell' ? command.text : null,
    env: { ...env },
    secretEnv: Object.keys(sealedEnv),
    volumes: volumes.map((volume) => ({ ...volume })),
    files: files.map(({ path, source }) => ({ path, from: source.kind })),
    options: { ...options },
  };
}

function whyOf(session: SessionRecord): string | null {
  if (session.trouble !== null) return session.trouble.message;
  if (session.state === 'ready') return null;
  return session.events.at(-1)?.text ?? null;
}

function presentTrouble({ trouble }: SessionRecord): Session['trouble'] {
  if (trouble === null) return null;
  const { kind, message, count, notBefore } = trouble;
  return { kind, message, count, nextTryAt: time(notBefore) };
}

/** Why it is alive, until when, and who saw to that. */
function presentAlive(session: SessionRecord, { use, commands, now }: SessionSight): Session['alive'] {
  const { hold, extensions, launch, activity } = session;
  const seen = use !== null && use.at > activity.at ? use : activity;
  const latest: Activity = commands > 0 ? { kind: 'run', at: now } : seen;
  const idle = idleAt(session, latest);
  const ends = [idle, session.endsAt].filter((each) => each !== null);
  const stopsAt = session.state === 'ready' && ends.length > 0 ? Math.min(...ends) : null;
  const held = hold !== null && hold.until > now;
  return {
    because: becauseOf(latest, { held, limited: session.spec.limits.idleMs !== null }),
    sentence: aliveSentence(session, { latest, held, stopsAt, idle, commands, now }),
    activeAt: time(latest.at),
    idleAt: timeOrNull(idle),
    endsAt: timeOrNull(session.endsAt),
    stopsAt: timeOrNull(stopsAt),
    leaseUntil: timeOrNull(launch?.leaseUntil),
    hold: held ? { until: time(hold.until), by: hold.by, note: hold.note } : null,
    extensions: extensions.map(({ by, at, endsAt }) => ({ by, at: time(at), endsAt: time(endsAt) })),
  };
}

type Because = NonNullable<Session['alive']>['because'];

function becauseOf(
  latest: Activity,
  { held, limited }: { readonly held: boolean; readonly limited: boolean },
): Because {
  if (latest.kind === 'run') return 'run';
  if (held) return 'hold';
  return limited ? latest.kind : 'no_limit';
}

interface Liveness {
  readonly latest: Activity;
  readonly held: boolean;
  readonly stopsAt: number | null;
  readonly idle: number | null;
  readonly commands: number;
  readonly now: number;
}

const DONE: Readonly<Record<Activity['kind'], string>> = {
  start: 'It became ready',
  run: 'A command ended in it',
  traffic: 'It was reached over the network',
  terminal: 'Somebody typed in its terminal',
  work: 'Its processes worked',
  extension: 'It was extended',
};

function aliveSentence(session: SessionRecord, live: Liveness): string {
  const { latest, held, stopsAt, idle, commands, now } = live;
  if (session.state !== 'ready') return session.events.at(-1)?.text ?? 'It is on its way.';
  const ago = (at: number): string => (now - at < 1_000 ? 'just now' : `${span(now - at)} ago`);
  const done =
    commands > 0
      ? `${commands === 1 ? 'A command runs' : `${commands} commands run`} in it`
      : `${DONE[latest.kind]} ${ago(latest.at)}`;
  const hold = held ? `; ${session.hold?.by ?? ''} holds it until ${time(session.hold?.until ?? 0)}` : '';
  const end = stopsAt === null ? 'never by itself' : `at ${time(stopsAt)}`;
  const how = stopsAt !== null && stopsAt === idle ? ' unless something is done in it' : '';
  return `${done}${hold}. It stops ${end}${how}.`;
}

/** What comes after everything but the switch beside it has failed: the lease, and the minutes such a switch may be late. */
const LATE_MS = 300_000;
const HOUR_MS = 3_600_000;

function costOf({ spec, launch }: SessionRecord, provider: Provider | undefined): Session['cost'] {
  const cost = provider?.cost(spec) ?? null;
  if (cost === null) return null;
  const worst = launch === null ? 0 : (cost.perHour * (spec.limits.leaseMs + LATE_MS)) / HOUR_MS;
  return { ...cost, worstCase: Math.round(worst * 10_000) / 10_000 };
}

function presentReason(ending: SessionRecord['ending']): Session['ending'] {
  if (ending === null) return null;
  return { reason: ending.reason.kind, ...describeSessionReason(ending.reason), at: time(ending.at) };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOrNull(ms: number | null | undefined): string | null {
  return ms == null ? null : time(ms);
}
