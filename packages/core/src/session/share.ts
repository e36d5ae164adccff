import { type KeyRecord, maySee, mayTouch } from '../key/record.ts';
import { teamOf } from '../vocabulary/owner.ts';
import type { SessionRecord, Share } from './record.ts';

/** Somebody in front of a port, with what they brought along. */
export interface Visitor {
  readonly key: Pick<KeyRecord, 'role' | 'owner'> | null;
  /** Hash of the secret of a link. */
  readonly linkHash: string | null;
}

/** As whom a visitor may reach the ports; null: not at all. Who may only look at a session may not use what runs in it. */
export function reachOf(
  { owner, share }: Pick<SessionRecord, 'owner' | 'share'>,
  { key, linkHash }: Visitor,
  now: number,
): Share['level'] | null {
  if (key !== null && mayTouch(key, owner)) return 'owner';
  if (share.level === 'public') return 'public';
  if (share.level === 'link') return linkHash === share.hash && now < share.expiresAt ? 'link' : null;
  if (share.level === 'team' && key !== null && maySee({ ...key, owner: teamOf(key.owner) }, owner))
    return 'team';
  return null;
}
