import type { AgentStore } from './agent-store.ts';
import type { AuditStore } from './audit-store.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { GroupStore } from './group-store.ts';
import type { JobStore } from './job-store.ts';
import type { KeyStore } from './key-store.ts';
import type { RunStore } from './run-store.ts';
import type { ScriptStore } from './script-store.ts';
import type { SessionStore } from './session-store.ts';

/** Everything durable but logs. `close` waits for writes under way; after it every call rejects. */
export interface Store extends AsyncDisposable {
  readonly runs: RunStore;
  readonly keys: KeyStore;
  readonly agents: AgentStore;
  readonly deliveries: DeliveryStore;
  readonly groups: GroupStore;
  readonly sessions: SessionStore;
  readonly jobs: JobStore;
  readonly scripts: ScriptStore;
  readonly audit: AuditStore;
  /** Resolves when the database answers; rejects with the reason otherwise. */
  ping(): Promise<void>;
  /** The time of a database that several processes share, in ms since 1970, so that they agree; null where this process is alone. */
  time(): Promise<number | null>;
}
