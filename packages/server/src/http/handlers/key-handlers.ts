import { ErrandError } from '@errand/core';
import type { Services } from '../../services.ts';
import { checkTouches } from '../../use-cases/actor.ts';
import { checkMayMake, createKey } from '../../use-cases/keys/create-key.ts';
import type { SomeHandlers } from '../call.ts';
import { presentKey } from '../present/key.ts';

export function keyHandlers(
  services: Services,
): SomeHandlers<'createKey' | 'listKeys' | 'removeKey' | 'whoAmI' | 'shutDown'> {
  return {
    createKey: async ({ actor, input: { body } }) => {
      const wish = { ...body, owner: body.owner ?? actor.owner, expiresInMs: body.expiresIn ?? null };
      checkMayMake(actor, wish, services.clock.now());
      const made = await createKey(services.keyMaking, wish);
      return { ...presentKey(made), secret: made.secret };
    },
    listKeys: async ({ actor }) => {
      const keys = await services.store.keys.list(actor.role === 'admin' ? null : actor.owner);
      return { keys: keys.map(presentKey) };
    },
    removeKey: async ({ actor, input: { params } }) => {
      const key = await services.store.keys.get(params.id);
      checkTouches(actor, key?.owner, 'key');
      if (key?.role === 'admin' && actor.role !== 'admin') {
        throw new ErrandError('forbidden', 'only an admin key revokes an admin key');
      }
      await services.store.keys.remove(params.id);
      services.revocations.revoked(params.id);
      return undefined;
    },
    whoAmI: async ({ actor }) => ({
      keyId: actor.id,
      name: actor.name,
      role: actor.role,
      owner: actor.owner,
      version: services.version,
    }),
    shutDown: async ({ actor, input: { query } }) => {
      if (!actor.local)
        throw new ErrandError('forbidden', 'only the command line on this machine ends a control plane');
      await services.shutDown({ busy: query.busy === true });
      return undefined;
    },
  };
}
