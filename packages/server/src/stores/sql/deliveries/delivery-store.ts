import type { DeliveryRecord, DeliveryStore } from '@errand/core';
import type { Dialect } from '../dialect.ts';
import type { Executor } from '../executor.ts';
import type { DeliveriesTable } from '../schema.ts';

/** Deliveries in SQL. There are few, and only while runs go on. */
export function sqlDeliveryStore(executor: Executor, { queries }: Dialect): DeliveryStore {
  const open = queries.selectFrom('deliveries').selectAll().orderBy('created_at').orderBy('run_id').compile();
  return {
    insert: async (delivery) => {
      await executor.write(queries.insertInto('deliveries').values(rowOf(delivery)).compile());
    },
    save: async (delivery) => {
      const { run_id: runId, ...changes } = rowOf(delivery);
      await executor.write(
        queries.updateTable('deliveries').set(changes).where('run_id', '=', runId).compile(),
      );
    },
    remove: async (runId) => {
      await executor.write(queries.deleteFrom('deliveries').where('run_id', '=', runId).compile());
    },
    open: async () => (await executor.read(open)).map(deliveryOf),
  };
}

function rowOf({ runId, sealedTargets, createdAt, progress }: DeliveryRecord): DeliveriesTable {
  return {
    run_id: runId,
    targets: sealedTargets,
    created_at: createdAt,
    last_bytes: progress.lastBytes,
    sent_bytes: progress.sentBytes,
    exit_sent: progress.exitSent ? 1 : 0,
  };
}

function deliveryOf(row: DeliveriesTable): DeliveryRecord {
  return {
    runId: row.run_id,
    sealedTargets: row.targets,
    createdAt: row.created_at,
    progress: { lastBytes: row.last_bytes, sentBytes: row.sent_bytes, exitSent: row.exit_sent === 1 },
  };
}
