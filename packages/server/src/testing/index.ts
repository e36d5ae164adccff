/** What the simulator (`e2e/simulator`) puts together by itself, in place of `compose.ts` and of the HTTP edge. */
export { createServices } from '../create-services.ts';
export { inProcessLink } from '../in-process-link.ts';
export { Reconciler } from '../reconciler/reconciler.ts';
export type { Services } from '../services.ts';
export { MemoryLogStore } from '../stores/memory/memory-log-store.ts';
export type { SqliteStore } from '../stores/sql/open-sqlite-store.ts';
export { openSqliteStore } from '../stores/sql/open-sqlite-store.ts';
export { LocalNotifier } from '../system/local-notifier.ts';
export type { Actor } from '../use-cases/actor.ts';
export { seeGroup } from '../use-cases/groups/see-group.ts';
export { submitGroup } from '../use-cases/groups/submit-group.ts';
export { changePool } from '../use-cases/pools/set-pool.ts';
export { askRun } from '../use-cases/runs/ask-run.ts';
export { followLog } from '../use-cases/runs/read-log.ts';
export { awaitRun } from '../use-cases/runs/see-run.ts';
export { submitRun } from '../use-cases/runs/submit-run.ts';
