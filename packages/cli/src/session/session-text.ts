import type { Session } from '@errand/sdk';
import { plainText } from '../output/plain-text.ts';
import { agoText, spanText } from '../output/time-text.ts';

/** Everything people ask of a session, a line each. */
export function sessionText(session: Session, now: number): string {
  const { command, shell, alive, cost, limits } = session;
  const lines: readonly (readonly [string, string | null])[] = [
    ['id', session.id],
    ['name', session.name],
    ['owner', session.owner],
    ['state', `${session.state}, since ${agoText(session.since, now)}`],
    ['alarm', session.alarm],
    ['why', session.why],
    ['alive', alive?.sentence ?? null],
    [
      'held',
      alive?.hold == null ? null : `until ${alive.hold.until} by ${alive.hold.by}${noteOf(alive.hold.note)}`,
    ],
    ['extended', alive?.extensions.map(({ by, endsAt }) => `by ${by} until ${endsAt}`).join(', ') || null],
    ['deleted', session.unusedAt === null ? null : `at ${session.unusedAt}, if nobody starts it`],
    ['failure', session.failure?.sentence ?? null],
    ['ending', session.ending?.sentence ?? null],
    ['trouble', troubleOf(session, now)],
    ['provider', [session.provider, session.image, session.size].filter((word) => word !== null).join(' ')],
    ['agent', session.agent],
    ['logs', session.live ? null : 'not live: that of a command comes when it has ended'],
    ['command', command === null ? shell : command.join(' ')],
    ['subdomain', session.subdomain],
    ['address', session.ports.length === 0 ? null : session.address],
    [
      'ports',
      session.ports.map(({ port, host, outerPort }) => `${port} at ${host ?? '?'}:${outerPort}`).join(', ') ||
        null,
    ],
    [
      'cost',
      cost === null ? null : `${cost.perHour} ${cost.currency} an hour, at worst ${cost.worstCase} more`,
    ],
    ['idle limit', limits.idleMs === null ? 'none' : spanText(limits.idleMs)],
  ];
  return lines
    .flatMap(([name, text]) =>
      text === null || text === '' ? [] : [`${name.padEnd(11)} ${plainText(text)}\n`],
    )
    .join('');
}

function troubleOf({ trouble }: Session, now: number): string | null {
  if (trouble === null) return null;
  const { message, count, nextTryAt } = trouble;
  const again = Date.parse(nextTryAt) <= now ? 'it is being tried again' : `tried again at ${nextTryAt}`;
  return `${message}; ${count === 1 ? '' : `${count} times so far, `}${again}`;
}

function noteOf(note: string | null): string {
  return note === null ? '' : ` (${note})`;
}
