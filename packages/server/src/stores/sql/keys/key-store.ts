import type { KeyStore } from '@errand/core';
import type { CompiledQuery } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Executor, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';
import type { KeysTable } from '../schema.ts';
import { keyOf, keyRow, signInOf, signInRow } from './row.ts';

/** Keys and sign-ins in SQL. */
export function sqlKeyStore(executor: Executor, dialect: Dialect): KeyStore {
  const { queries } = dialect;
  const byId = prepared(({ id }: { id: string }) =>
    queries.selectFrom('keys').selectAll().where('id', '=', id),
  );
  const byHash = prepared(({ hash }: { hash: string }) =>
    queries.selectFrom('keys').selectAll().where('hash', '=', hash),
  );
  const signIns = queries.selectFrom('sign_ins').selectAll();
  return {
    insert: async (key) => {
      await executor.write(queries.insertInto('keys').values(keyRow(key)).compile());
    },
    byHash: async (hash) => {
      const [row] = await executor.read(byHash({ hash }));
      return row === undefined ? null : keyOf(row);
    },
    get: async (id) => {
      const [row] = await executor.read(byId({ id }));
      return row === undefined ? null : keyOf(row);
    },
    list: async (ownerScope) => (await executor.read(listKeys(dialect, ownerScope))).map(keyOf),
    remove: (id) => executor.transact(() => removeKey(dialect, id)),
    touch: async (id, at) => {
      await executor.write(touchKey(dialect, id, at));
    },
    insertSignIn: async (signIn) => {
      await executor.write(queries.insertInto('sign_ins').values(signInRow(signIn)).compile());
    },
    signIn: async (hash) => {
      const [row] = await executor.read(signIns.where('hash', '=', hash).compile());
      return row === undefined ? null : signInOf(row);
    },
    takeSignIn: async (hash) => {
      const take = queries.deleteFrom('sign_ins').where('hash', '=', hash).returningAll();
      const [row] = (await executor.write(take.compile())).rows;
      return row === undefined ? null : signInOf(row);
    },
    sweepSignIns: async (now) => {
      await executor.write(queries.deleteFrom('sign_ins').where('expires_at', '<', now).compile());
    },
  };
}

function listKeys({ queries }: Dialect, ownerScope: string | null): CompiledQuery<KeysTable> {
  const all = queries.selectFrom('keys').selectAll().orderBy('created_at').orderBy('id');
  if (ownerScope === null) return all.compile();
  // Everything that begins with `scope/`: `0` is the character after the slash.
  return all
    .where((eb) =>
      eb.or([
        eb('owner', '=', ownerScope),
        eb.and([eb('owner', '>=', `${ownerScope}/`), eb('owner', '<', `${ownerScope}0`)]),
      ]),
    )
    .compile();
}

function* removeKey({ queries }: Dialect, id: string): Work<boolean> {
  yield* changedBy(queries.deleteFrom('sign_ins').where('key_id', '=', id).compile());
  return (yield* changedBy(queries.deleteFrom('keys').where('id', '=', id).compile())) > 0;
}

function touchKey({ queries }: Dialect, id: string, at: number): CompiledQuery {
  return queries
    .updateTable('keys')
    .set({ last_used_at: at })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
    .compile();
}
