import type { Store } from '@errand/core';
import { CompiledQuery } from 'kysely';
import { sqlAgentStore } from './agents/agent-store.ts';
import { sqlAuditStore } from './audit/audit-store.ts';
import { sqlDeliveryStore } from './deliveries/delivery-store.ts';
import type { Dialect } from './dialect.ts';
import type { Executor } from './executor.ts';
import { sqlGroupStore } from './groups/group-store.ts';
import { sqlJobStore } from './jobs/job-store.ts';
import { sqlKeyStore } from './keys/key-store.ts';
import { migrate } from './migrate.ts';
import { sqlRunStore } from './runs/run-store.ts';
import { sqlScriptStore } from './scripts/script-store.ts';
import { sqlSessionStore } from './sessions/session-store.ts';

/** The store over any database: brings its tables up to date, then serves. Closing it closes the executor. */
export async function openSqlStore(executor: Executor, dialect: Dialect): Promise<Store> {
  await migrate(executor, dialect);
  return {
    runs: sqlRunStore(executor, dialect),
    keys: sqlKeyStore(executor, dialect),
    agents: sqlAgentStore(executor, dialect),
    deliveries: sqlDeliveryStore(executor, dialect),
    groups: sqlGroupStore(executor, dialect),
    sessions: sqlSessionStore(executor, dialect),
    jobs: sqlJobStore(executor, dialect),
    scripts: sqlScriptStore(executor, dialect),
    audit: sqlAuditStore(executor, dialect),
    ping: async () => {
      await executor.read(CompiledQuery.raw('select 1'));
    },
    time: async () => {
      if (dialect.time === null) return null;
      const [row] = await executor.read<{ readonly ms: number }>(CompiledQuery.raw(dialect.time));
      return row?.ms ?? null;
    },
    [Symbol.asyncDispose]: () => executor.close(),
  };
}
