/** The tables as statements see them. Times are ms since 1970, flags 0 or 1, documents JSON text. */
export interface Schema {
  readonly meta: MetaTable;
  readonly runs: RunsTable;
  readonly run_terms: RunTermsTable;
  readonly run_groups: RunGroupsTable;
  readonly run_results: RunResultsTable;
  readonly scripts: ScriptsTable;
  readonly script_modules: ScriptModulesTable;
  readonly offered_scripts: OfferedScriptsTable;
  readonly keys: KeysTable;
  readonly sign_ins: SignInsTable;
  readonly agents: AgentsTable;
  readonly sessions: SessionsTable;
  readonly jobs: JobsTable;
  readonly pools: PoolsTable;
  readonly join_tokens: JoinTokensTable;
  readonly deliveries: DeliveriesTable;
  readonly audit: AuditTable;
}

export interface MetaTable {
  readonly name: string;
  readonly value: string;
}

/** The columns serve to find runs; the record itself is made of the two documents alone (`runs/row.ts`). */
export interface RunsTable {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly created_by: string;
  readonly pool: string;
  /** Its lane (`core/run/lane.ts`): who may serve it; empty: any agent. Empty instead of null, so that an index can be searched for it. */
  readonly wanted: string;
  /** The agent of the latest attempt, else the wanted one. */
  readonly agent_id: string | null;
  /** The agent that holds it now: leased or running. */
  readonly held_by: string | null;
  readonly state: string;
  /** The visible status, as it was when the record was saved. */
  readonly status: string;
  readonly priority: number;
  readonly created_at: number;
  readonly queued_at: number;
  readonly not_before: number;
  readonly wake_at: number | null;
  readonly finished_at: number | null;
  /** Unique together with `created_by`; goes with the run. */
  readonly idempotency_key: string | null;
  readonly fingerprint: string | null;
  /** The gate that holds it back while it is queued; empty: claims may meet it. No part of the record: every save brings the run back. */
  readonly parked: string;
  /** The name of the gate of its concurrency key, and the limit it brought along. */
  readonly concurrency: string | null;
  readonly concurrency_limit: number | null;
  readonly group_id: string | null;
  /** What the submission decided; never written again. */
  readonly request: string;
  /** What changes. */
  readonly doc: string;
}

/** What a run is found by that never changes: its name, its script and the module it needs, its tags, its owner and every owner path above that. */
export interface RunTermsTable {
  readonly term: string;
  readonly created_at: number;
  readonly run_id: string;
}

export interface RunGroupsTable {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly is_open: number;
  readonly idempotency_key: string | null;
  readonly fingerprint: string | null;
  readonly doc: string;
}

/** The columns serve to find sessions; the record itself is the document. */
export interface SessionsTable {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly created_by: string;
  readonly name: string | null;
  readonly subdomain: string;
  readonly provider: string;
  readonly state: string;
  readonly created_at: number;
  readonly wake_at: number | null;
  /** When nothing was left of it; null before. */
  readonly over_at: number | null;
  /** Unique together with `created_by`; goes with the session. */
  readonly idempotency_key: string | null;
  readonly fingerprint: string | null;
  /** The run that it is made for. */
  readonly run_id: string | null;
  readonly doc: string;
}

/** The columns serve to find jobs; the record itself is the document. */
export interface JobsTable {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly created_by: string;
  readonly name: string | null;
  readonly state: string;
  readonly status: string;
  readonly created_at: number;
  readonly wake_at: number | null;
  readonly finished_at: number | null;
  /** Unique together with `created_by`; goes with the job. */
  readonly idempotency_key: string | null;
  readonly fingerprint: string | null;
  readonly doc: string;
}

/** What the attempt of that token reported last, beside the run so that lists need not read it. */
export interface RunResultsTable {
  readonly run_id: string;
  readonly token: number;
  readonly json: string;
}

export interface ScriptsTable {
  readonly name: string;
  /** Empty: everybody. Empty instead of null, so that it can be part of the key. */
  readonly owner: string;
  readonly sha256: string;
  /** Of the module it executes; null for other scripts. */
  readonly module: string | null;
  readonly definition: string;
  readonly updated_at: number;
  readonly updated_by: string;
}

export interface ScriptModulesTable {
  readonly sha256: string;
  readonly source: string;
  readonly wanted_at: number;
}

export interface OfferedScriptsTable {
  readonly agent_id: string;
  readonly name: string;
  readonly doc: string;
}

export interface KeysTable {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly role: string;
  readonly owner: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
}

export interface SignInsTable {
  readonly hash: string;
  readonly kind: string;
  readonly key_id: string;
  readonly expires_at: number;
}

export interface AgentsTable {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly pool: string;
  readonly labels: string;
  readonly slots: number;
  readonly program: string;
  readonly admin_only: number;
  readonly key_id: string | null;
  readonly next_key_id: string | null;
  readonly fixed_labels: string;
  readonly max_slots: number | null;
  readonly draining: number;
  readonly revoked_at: number | null;
  readonly created_at: number;
  readonly last_seen_at: number;
}

export interface PoolsTable {
  readonly name: string;
  readonly created_at: number;
  readonly lost_after_ms: number;
  readonly admin_only: number;
  readonly paused: number;
  readonly run_limit: number | null;
  readonly key_limit: number | null;
  readonly launch: string | null;
  readonly env: string;
  readonly sealed_env: string;
}

export interface JoinTokensTable {
  readonly hash: string;
  readonly pool: string;
  readonly labels: string;
  readonly max_slots: number | null;
  readonly created_at: number;
  readonly expires_at: number;
}

export interface DeliveriesTable {
  readonly run_id: string;
  readonly targets: string;
  readonly created_at: number;
  readonly last_bytes: number | null;
  readonly sent_bytes: number;
  readonly exit_sent: number;
}

export interface AuditTable {
  readonly id: string;
  readonly at: number;
  readonly key_id: string | null;
  readonly key_name: string | null;
  readonly owner: string | null;
  readonly action: string;
  readonly target: string | null;
  readonly address: string | null;
  readonly outcome: string | null;
  readonly note: string | null;
}
