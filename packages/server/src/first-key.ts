import type { Services } from './services.ts';
import { createTicket } from './use-cases/keys/authenticate.ts';
import { drawKey } from './use-cases/keys/create-key.ts';

/** Shows a secret to whoever started the server; answers whether it was taken. */
export type ShowKey = (secret: string) => Promise<boolean>;

/** What `errand up` prints on every start: a link for one sign-in; null where nobody has an admin key. */
export interface StartGreeting {
  readonly ticket: string | null;
}

/** Makes the first admin key where there is none, and a ticket for the oldest. */
export async function greet(services: Services, show: ShowKey): Promise<StartGreeting> {
  const { store, authenticating, submit } = services;
  const admins = (await store.keys.list(null)).filter(({ role }) => role === 'admin');
  const keyId = admins[0]?.id ?? (await firstKey(services, show));
  if (keyId === null) return { ticket: null };
  return { ticket: await createTicket(authenticating, keyId, submit.ids.secret(32)) };
}

/** Shown before it is stored: a kill in between leaves no key that nobody knows, and the next start shows another one. */
async function firstKey({ store, keyMaking }: Services, show: ShowKey): Promise<string | null> {
  const wish = { name: 'first', role: 'admin', owner: 'local', expiresInMs: null } as const;
  const { secret, ...key } = drawKey(keyMaking, wish);
  if (!(await show(secret))) return null;
  await store.keys.insert(key);
  return key.id;
}
