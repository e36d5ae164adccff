import { KeyCreate, KeyList, KeyParams, NewKey, SignIn, WhoAmI } from '../schemas/key.ts';
import { ShutDownQuery } from '../schemas/run-query.ts';
import type { Route } from './route.ts';

export const KEY_ROUTES = {
  createKey: {
    summary: 'Make a key; its secret is shown this once',
    access: 'touch',
    body: KeyCreate,
    status: 201,
    answer: NewKey,
    errors: ['invalid', 'forbidden'],
  },
  listKeys: { summary: 'List keys', access: 'touch', status: 200, answer: KeyList, errors: ['forbidden'] },
  removeKey: {
    summary: 'Revoke a key at once, with every sign-in made with it',
    access: 'touch',
    params: KeyParams,
    status: 204,
    answer: null,
    errors: ['forbidden', 'not_found'],
  },
  signIn: {
    summary:
      'Sign a browser in with a key: the answer sets a cookie that pages cannot read. It ends with its key',
    access: 'open',
    body: SignIn,
    status: 204,
    answer: null,
    errors: ['invalid', 'unauthenticated', 'forbidden'],
  },
  signOut: {
    summary: 'Sign this browser out at once. Repeatable',
    access: 'open',
    status: 204,
    answer: null,
    errors: ['forbidden'],
  },
  shutDown: {
    summary:
      'End a control plane in the background, over the socket of its data folder only; refused while anything runs unless busy is given. Commands go on',
    access: 'admin',
    query: ShutDownQuery,
    status: 202,
    answer: null,
    errors: ['forbidden', 'conflict'],
  },
  whoAmI: { summary: 'The key that asks', access: 'any', status: 200, answer: WhoAmI, errors: [] },
} as const satisfies Record<string, Route>;
