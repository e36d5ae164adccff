import type { Services } from './services.ts';
import { createTicket } from './use-cases/keys/authenticate.ts';
import { createKey } from './use-cases/keys/create-key.ts';

/** What `errand up` prints: on its first start an admin key, on every start a link for one sign-in. */
export interface StartGreeting {
  /** The secret of the first key; null where keys exist. */
  readonly key: string | null;
  readonly ticket: string;
}

/** Makes the first admin key where there is none, and a ticket for the oldest admin key. */
export async function greet({ store, keyMaking, authenticating, submit }: Services): Promise<StartGreeting> {
  const admins = (await store.keys.list(null)).filter(({ role }) => role === 'admin');
  const oldest = admins[0];
  const made =
    oldest === undefined
      ? await createKey(keyMaking, { name: 'first', role: 'admin', owner: 'local', expiresInMs: null })
      : null;
  const keyId = made?.id ?? oldest?.id ?? '';
  const ticket = await createTicket(authenticating, keyId, submit.ids.secret(32));
  return { key: made?.secret ?? null, ticket };
}
