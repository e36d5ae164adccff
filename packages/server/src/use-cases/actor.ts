import { ErrandError, type KeyRecord, maySee, mayTouch } from '@errand/core';

/** Who asks: a key, or whoever may open the socket of the data folder (an admin). */
export interface Actor extends Pick<KeyRecord, 'id' | 'name' | 'role' | 'owner' | 'expiresAt'> {
  /** Came over the socket of the data folder. */
  readonly local: boolean;
}

/** The actor behind the socket of the data folder: its folder is private, so this is the server's own user. */
export const LOCAL_ACTOR: Actor = {
  id: 'local',
  name: 'local',
  role: 'admin',
  owner: 'local',
  expiresAt: null,
  local: true,
};

/** Throws `not_found` where the actor may not see it: an id must not tell whether it exists. */
export function checkSees(actor: Actor, owner: string | undefined, what: string): void {
  if (owner === undefined || !maySee(actor, owner))
    throw new ErrandError('not_found', `there is no such ${what}`);
}

/** As {@link checkSees}; `forbidden` where the actor may see but not change it. */
export function checkTouches(actor: Actor, owner: string | undefined, what: string): void {
  checkSees(actor, owner, what);
  if (owner !== undefined && !mayTouch(actor, owner)) {
    throw new ErrandError(
      'forbidden',
      `a key with the role ${actor.role} may look at a ${what}, but not change it`,
    );
  }
}
