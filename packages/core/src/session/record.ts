import type { Command } from '../vocabulary/command.ts';
import type { HealthSpec } from '../vocabulary/health.ts';
import type { ProviderErrorKind } from '../vocabulary/provider-error.ts';
import type { SessionReason } from '../vocabulary/session-reason.ts';
import type { ActivityKind, DesiredState, SessionState } from '../vocabulary/session-state.ts';

/** What was asked for; never changes. Times in ms, sizes in bytes; null: as the provider or the image has it. */
export interface SessionSpec {
  readonly provider: string;
  readonly image: string | null;
  /** A word of the provider, such as a machine type. */
  readonly size: string | null;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  /** What runs in it from its start on, beside the commands that come later. */
  readonly command: Command | null;
  readonly env: Readonly<Record<string, string>>;
  /** Secret variables, sealed with the server's key; never shown again. */
  readonly sealedEnv: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  readonly volumes: readonly VolumeSpec[];
  /** Placed before its command runs, all or none; left out where there are none. */
  readonly files?: readonly FileSpec[];
  readonly health: HealthSpec | null;
  /** Where the provider `process` makes it. */
  readonly pool: string | null;
  readonly agent: string | null;
  /** What only its provider understands; `Provider.problems` has checked it. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly limits: SessionLimits;
}

export interface PortSpec {
  /** As the session itself sees it. */
  readonly port: number;
  /** Address of the provider's machine on which it is reached; null: loopback. */
  readonly bind: string | null;
  /** Outer ports to choose from, both ends included; null: any free one. */
  readonly range: readonly [number, number] | null;
}

/** A file that is there before the session is ready. */
export interface FileSpec {
  readonly path: string;
  /** Permissions; null: 0o644. */
  readonly mode: number | null;
  /** `uid:gid`; null: as the port `Files` has it. */
  readonly owner: string | null;
  readonly source: FileSource;
}

export type FileSource =
  /** Base64, sealed with the server's key. */
  | { readonly kind: 'inline'; readonly sealed: string; readonly bytes: number }
  | { readonly kind: 'upload'; readonly id: string }
  /** A file that a run has kept, under the token of its attempt. */
  | { readonly kind: 'artifact'; readonly run: string; readonly token: number; readonly path: string }
  /** `sha256` null: whoever configured the control plane vouches for it. */
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string | null };

/** Kept over stop and start, removed with the session. */
export interface VolumeSpec {
  readonly name: string;
  readonly path: string;
}

export interface SessionLimits {
  readonly leaseMs: number;
  /** From the intent until the provider says that it runs. */
  readonly createMs: number;
  /** From then on until its health check succeeds. */
  readonly readyMs: number;
  /** After this a stop or a deletion that is not confirmed is shown as an alarm. */
  readonly stopMs: number;
  /** The longest it runs after a start, unless it is extended. */
  readonly lifeMs: number;
  /** null: it is never stopped for being idle. */
  readonly idleMs: number | null;
  /** Stopped for this long, it is deleted; null: never. */
  readonly unusedMs: number | null;
}

/** What a provider needs to find what it made: opaque to everybody else, versioned by its provider. */
export interface Handle {
  readonly v: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Compute that was asked for. Durable before the provider is called; `handle` is durable right after. */
export interface SessionLaunch {
  readonly key: string;
  readonly askedAt: number;
  /** When the provider was last called to make it, in ms: what that call made may show up a while after it. */
  readonly calledAt: number;
  /** null: nobody knows yet what the provider made under this key, if anything. */
  readonly handle: Handle | null;
  readonly leaseUntil: number;
  readonly renewedAt: number;
}

/** Where a port of a session is reached. `host` null: only from the machine it is on. */
export interface PortAddress {
  readonly port: number;
  readonly host: string | null;
  readonly outerPort: number;
}

/** An attempt of a run of a pool on demand. */
export interface SessionRun {
  readonly id: string;
  readonly token: number;
  readonly pool: string;
}

/** The agent that serves the runs of a session, and its pool. */
export interface SessionAgent {
  readonly id: string;
  readonly pool: string;
  /** Where they run in a container: it, and how the agent's machine reaches its engine. */
  readonly container?: { readonly engine: string; readonly id: string } | undefined;
  /** Where they run on a machine without an agent, to which that agent has them carried: it, and whether the keeper is there. */
  readonly machine?: { readonly id: string; readonly keeper: boolean } | undefined;
}

export interface Activity {
  readonly kind: ActivityKind;
  readonly at: number;
}

/** Somebody keeps the session alive until then, whatever it does. */
export interface Hold {
  readonly until: number;
  readonly by: string;
  readonly note: string | null;
}

export interface Extension {
  readonly by: string;
  readonly at: number;
  readonly endsAt: number;
}

/** Why it is being stopped or deleted, or was. */
export interface Ending {
  readonly reason: SessionReason;
  readonly at: number;
}

/** The last call of the provider failed. `count` in a row; not to be called again before `notBefore`. */
export interface Trouble {
  readonly kind: ProviderErrorKind;
  readonly message: string;
  readonly count: number;
  readonly at: number;
  readonly notBefore: number;
}

/** Who may reach the ports of a session beside its owner. */
export type Share =
  | { readonly level: 'owner' }
  /** Every key of the owner's team. */
  | { readonly level: 'team' }
  /** Whoever brings the secret of this hash, until then. */
  | { readonly level: 'link'; readonly hash: string; readonly expiresAt: number }
  | { readonly level: 'public' };

/** Something people can follow. `seq` counts from 1 in each session; the oldest are dropped. */
export interface SessionEvent {
  readonly seq: number;
  readonly at: number;
  readonly kind: SessionState | 'progress' | 'trouble' | 'extended' | 'held' | 'released' | 'shared';
  readonly text: string;
}

/** A session as the store keeps it. Only `request` and `observe` make the next one; `version` rises by one with each. */
export interface SessionRecord {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly createdBy: string;
  /** Unique among the owner's sessions that are not over. */
  readonly name: string | null;
  readonly tags: readonly string[];
  /** The one attempt it is made for and ends with; null: it is somebody's own. */
  readonly run: SessionRun | null;
  /** The template it was made of; null: of a spec. */
  readonly template: {
    readonly name: string;
    readonly params: Readonly<Record<string, unknown>>;
  } | null;
  /** Unique among all sessions that are not over. */
  readonly subdomain: string;
  readonly spec: SessionSpec;
  readonly createdAt: number;
  readonly desired: DesiredState;
  readonly state: SessionState;
  /** When it came into this state. */
  readonly since: number;
  /** How often compute was asked for; part of the launch key. */
  readonly launches: number;
  readonly launch: SessionLaunch | null;
  /** What a stop kept for the next start. */
  readonly kept: Handle | null;
  /** The stop that was asked for last deletes its volumes, or has; left out where none does. */
  readonly dropsVolumes?: boolean;
  readonly ports: readonly PortAddress[];
  /** Who serves runs in it; null: nobody, or it does not run. */
  readonly agent: SessionAgent | null;
  /** When it first became ready; null: never. */
  readonly firstReadyAt: number | null;
  /** When it became ready this time. */
  readonly readyAt: number | null;
  /** When its maximum lifetime is over; null while nothing runs. */
  readonly endsAt: number | null;
  readonly activity: Activity;
  readonly hold: Hold | null;
  readonly extensions: readonly Extension[];
  /** Who may reach its ports. */
  readonly share: Share;
  /** Why the latest start failed, or why it was lost; null: it was not. */
  readonly failure: Ending | null;
  readonly ending: Ending | null;
  readonly trouble: Trouble | null;
  readonly events: readonly SessionEvent[];
}
