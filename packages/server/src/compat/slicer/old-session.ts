import { createHash } from 'node:crypto';
import { isOwner, type SessionRecord } from '@errand/core';
import { addressOf, type SessionPlace } from '../../proxy/session-place.ts';
import type { Actor } from '../../use-cases/actor.ts';
import type { OldUser } from './old-tokens.ts';

/** A session as the database of the old system had it. */
export interface OldSession {
  readonly sessionHandle: string;
  readonly port: number | null;
  readonly subDomain: string;
  readonly campaignId: string | null;
  readonly tierId: string | null;
  readonly active: boolean;
  readonly url: string | null;
  readonly awsContainerId: string | null;
  readonly dockerContainerId: string | null;
  readonly ikarusContainerId: string;
  readonly ip: string | null;
}

const USER = 'slicer-user:';
const HANDLE = 'slicer-session:';

/** The user as one who acts here: owns what is TEAM/USER and nothing else. */
export function actorOf({ user }: OldUser, team: string): Actor {
  const own = `${team}/${user}`;
  // What cannot be a word of an owner path stands there by its hash; the tag has it in full.
  const owner = isOwner(own) && !user.includes('/') ? own : `${team}/u-${hashOf(user)}`;
  return {
    id: `slicer:${hashOf(user)}`,
    name: user.slice(0, 100),
    role: 'member',
    owner,
    expiresAt: null,
    local: false,
  };
}

/** One container for each user and login. */
export function nameOf({ session }: OldUser): string {
  return `slicer-${hashOf(session)}`;
}

export function tagsOf({ user, session }: OldUser): string[] {
  return [`${USER}${user}`.slice(0, 200), `${HANDLE}${session}`.slice(0, 200)];
}

/** The user that a session was made for; null: it was not made for a client of the old system. */
export function userOf({ tags }: SessionRecord): string | null {
  return tags.find((tag) => tag.startsWith(USER))?.slice(USER.length) ?? null;
}

export function present(session: SessionRecord, place: SessionPlace | null): OldSession {
  const { id, subdomain, state, ports, template, tags } = session;
  const active = state === 'ready';
  const [port] = ports;
  const param = (name: string): string | null => {
    const value = template?.params[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    sessionHandle: tags.find((tag) => tag.startsWith(HANDLE))?.slice(HANDLE.length) ?? '',
    port: port?.outerPort ?? null,
    subDomain: subdomain,
    campaignId: param('campId'),
    tierId: param('tierId'),
    active,
    url: urlOf(session, place),
    awsContainerId: active ? id : null,
    dockerContainerId: active ? id : null,
    ikarusContainerId: id,
    ip: port?.host ?? null,
  };
}

/** Where a browser reaches it: under its own host, else at its port. */
export function urlOf({ subdomain, ports }: SessionRecord, place: SessionPlace | null): string | null {
  if (place !== null) return addressOf(place, { subdomain, port: null });
  const [port] = ports;
  return port === undefined ? null : `http://${port.host ?? '127.0.0.1'}:${port.outerPort}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
