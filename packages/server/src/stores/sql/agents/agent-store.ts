import type { AgentRecord, AgentStore, PoolRecord } from '@errand/core';
import type { CompiledQuery } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Executor, rowsOf, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';
import type { AgentsTable } from '../schema.ts';
import { removePool, setPool } from './pools.ts';
import { agentOf, agentRow, joinTokenOf, joinTokenRow, poolOf, poolRow } from './row.ts';

/** Agents, pools and join tokens in SQL. */
export function sqlAgentStore(executor: Executor, dialect: Dialect): AgentStore {
  const { queries } = dialect;
  const agents = queries.selectFrom('agents').selectAll().orderBy('name').orderBy('id');
  const pools = queries.selectFrom('pools').selectAll().orderBy('name');
  const byId = prepared(({ id }: { id: string }) => agents.where('id', '=', id));
  const byKey = prepared(({ keyId }: { keyId: string }) =>
    agents.where((is) => is.or([is('key_id', '=', keyId), is('next_key_id', '=', keyId)])).limit(1),
  );
  const poolByName = prepared(({ name }: { name: string }) => pools.where('name', '=', name));
  const first = async (query: CompiledQuery<AgentsTable>) => {
    const [row] = await executor.read(query);
    return row === undefined ? null : agentOf(row);
  };
  return {
    put: async (agent) => {
      await executor.write(putAgent(dialect, agent));
    },
    get: (id) => first(byId({ id })),
    byKey: (keyId) => first(byKey({ keyId })),
    change: (id, change) => executor.transact(() => changeAgent(dialect, id, change)),
    list: async (pool) => {
      const wanted = pool === null ? agents : agents.where('pool', '=', pool);
      return (await executor.read(wanted.compile())).map(agentOf);
    },
    seen: async (id, at) => {
      const query = queries.updateTable('agents').set({ last_seen_at: at }).where('id', '=', id);
      await executor.write(query.where('last_seen_at', '<', at).compile());
    },
    remove: async (id) =>
      (await executor.write(queries.deleteFrom('agents').where('id', '=', id).compile())).changed > 0,
    ensurePool: (pool) => executor.transact(() => ensurePool(dialect, pool)),
    pool: async (name) => {
      const [row] = await executor.read(poolByName({ name }));
      return row === undefined ? null : poolOf(row);
    },
    pools: async () => (await executor.read(pools.compile())).map(poolOf),
    setPool: (name, settings) => executor.transact(() => setPool(dialect, name, settings)),
    removePool: (name) => executor.transact(() => removePool(dialect, name)),
    insertJoinToken: async (token) => {
      await executor.write(queries.insertInto('join_tokens').values(joinTokenRow(token)).compile());
    },
    takeJoinToken: async (hash) => {
      const take = queries.deleteFrom('join_tokens').where('hash', '=', hash).returningAll();
      const [row] = (await executor.write(take.compile())).rows;
      return row === undefined ? null : joinTokenOf(row);
    },
  };
}

function putAgent({ queries }: Dialect, agent: AgentRecord): CompiledQuery {
  const { id, ...others } = agentRow(agent);
  return queries
    .insertInto('agents')
    .values({ id, ...others })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(others))
    .compile();
}

function* changeAgent(
  dialect: Dialect,
  id: string,
  change: (agent: AgentRecord) => AgentRecord | null,
): Work<AgentRecord | null> {
  const stored = dialect.queries.selectFrom('agents').selectAll().where('id', '=', id);
  const [row] = yield* rowsOf((dialect.skipsLocked ? stored.forUpdate() : stored).compile());
  if (row === undefined) return null;
  const present = agentOf(row);
  const changed = change(present);
  if (changed !== null) yield* changedBy(putAgent(dialect, changed));
  return changed ?? present;
}

function* ensurePool({ queries }: Dialect, pool: PoolRecord): Work<PoolRecord> {
  const add = queries.insertInto('pools').values(poolRow(pool));
  yield* changedBy(add.onConflict((conflict) => conflict.column('name').doNothing()).compile());
  const stored = queries.selectFrom('pools').selectAll().where('name', '=', pool.name);
  const [row] = yield* rowsOf(stored.compile());
  return row === undefined ? pool : poolOf(row);
}
