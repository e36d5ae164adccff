import type { ModuleSource, OfferedRecord, ScriptStore } from '@errand/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { changedBy, type Executor, type Work } from '../executor.ts';
import { moduleTerm } from '../runs/terms.ts';
import { offeredOf, offeredRow, scriptOf, scriptRow } from './row.ts';

/** Scripts in SQL. */
export function sqlScriptStore(executor: Executor, dialect: Dialect): ScriptStore {
  return { ...registered(executor, dialect), ...modules(executor, dialect), ...offers(executor, dialect) };
}

function registered(
  executor: Executor,
  { queries }: Dialect,
): Pick<ScriptStore, 'put' | 'get' | 'list' | 'remove'> {
  const all = queries.selectFrom('scripts').selectAll().orderBy('name').orderBy('owner');
  return {
    put: async (script) => {
      const row = scriptRow(script);
      const { name: _name, owner: _owner, ...rest } = row;
      const put = queries
        .insertInto('scripts')
        .values(row)
        .onConflict((conflict) => conflict.columns(['name', 'owner']).doUpdateSet(rest));
      await executor.write(put.compile());
    },
    get: async (owner, name) => {
      const query = all.where('name', '=', name).where('owner', '=', owner ?? '');
      const [row] = await executor.read(query.compile());
      return row === undefined ? null : scriptOf(row);
    },
    list: async (owners) => {
      if (owners?.length === 0) return [];
      const wanted = owners?.map((owner) => owner ?? '');
      const query = wanted === undefined ? all : all.where('owner', 'in', wanted);
      return (await executor.read(query.compile())).map(scriptOf);
    },
    remove: async (owner, name) => {
      const query = queries
        .deleteFrom('scripts')
        .where('name', '=', name)
        .where('owner', '=', owner ?? '');
      return (await executor.write(query.compile())).changed > 0;
    },
  };
}

function modules(
  executor: Executor,
  dialect: Dialect,
): Pick<ScriptStore, 'keepModule' | 'touchModule' | 'module' | 'removeUnusedModules'> {
  return {
    keepModule: async (source, now) => {
      await executor.write(keepModule(dialect, source, now));
    },
    touchModule: async (sha256, now) => {
      const touch = dialect.queries
        .updateTable('script_modules')
        .set({ wanted_at: now })
        .where('sha256', '=', sha256)
        .where('wanted_at', '<', now);
      await executor.write(touch.compile());
    },
    module: async (sha256) => {
      const query = dialect.queries
        .selectFrom('script_modules')
        .select('source')
        .where('sha256', '=', sha256);
      const [row] = await executor.read(query.compile());
      return row?.source ?? null;
    },
    removeUnusedModules: async (before) => {
      await executor.write(removeUnused(dialect, before));
    },
  };
}

/** `wanted_at` only rises: what was wanted since must not be forgotten. */
function keepModule({ queries }: Dialect, { sha256, text }: ModuleSource, now: number): CompiledQuery {
  return queries
    .insertInto('script_modules')
    .values({ sha256, source: text, wanted_at: now })
    .onConflict((conflict) =>
      conflict.column('sha256').doUpdateSet({ wanted_at: now }).where('script_modules.wanted_at', '<', now),
    )
    .compile();
}

/** A run that needs a source is found by a term of it. */
function removeUnused({ queries }: Dialect, before: number): CompiledQuery {
  return queries
    .deleteFrom('script_modules')
    .where('wanted_at', '<', before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('scripts')
            .select('scripts.name')
            .whereRef('scripts.module', '=', 'script_modules.sha256'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('run_terms')
            .select('run_terms.run_id')
            .where('run_terms.term', '=', sql<string>`${moduleTerm('')} || script_modules.sha256`),
        ),
      ),
    )
    .compile();
}

function offers(executor: Executor, dialect: Dialect): Pick<ScriptStore, 'offer' | 'offered'> {
  const { queries } = dialect;
  const all = queries.selectFrom('offered_scripts').selectAll().orderBy('name').orderBy('agent_id');
  return {
    offer: (agentId, scripts) => executor.transact(() => replaceOffers(dialect, agentId, scripts)),
    offered: async (name) => {
      const query = name === null ? all : all.where('name', '=', name);
      return (await executor.read(query.compile())).map(offeredOf);
    },
  };
}

function* replaceOffers(
  { queries }: Dialect,
  agentId: string,
  scripts: readonly OfferedRecord[],
): Work<void> {
  yield* changedBy(queries.deleteFrom('offered_scripts').where('agent_id', '=', agentId).compile());
  for (const script of scripts) {
    const row = offeredRow(script);
    const insert = queries
      .insertInto('offered_scripts')
      .values(row)
      .onConflict((conflict) => conflict.columns(['agent_id', 'name']).doUpdateSet({ doc: row.doc }));
    yield* changedBy(insert.compile());
  }
}
