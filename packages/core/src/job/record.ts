import type { EndReason } from '../vocabulary/end-reason.ts';
import type { JobCause, JobRetryCause } from '../vocabulary/job-cause.ts';
import type { JobFinishKind, JobState, OutputState } from '../vocabulary/job-state.ts';
import type { ProviderErrorKind } from '../vocabulary/provider-error.ts';
import type { Role } from '../vocabulary/role.ts';

/** What was asked for; never changes after submission. Placeholders are filled in, secret values sealed. Times in ms, sizes in bytes. */
export interface JobSpec {
  /** What each attempt's session is asked for with, as the use-case of sessions takes it. */
  readonly session: Readonly<Record<string, unknown>>;
  readonly commands: readonly JobCommand[];
  readonly outputs: readonly JobOutput[];
  /** For one attempt, from the moment on at which its session was asked for. */
  readonly timeoutMs: number;
  /** For all attempts and what lies between them, from the submission on. */
  readonly deadlineMs: number;
  readonly retry: JobRetry;
  readonly finish: JobFinish;
}

export interface JobCommand {
  /** For people. */
  readonly text: string;
  /** What the run is submitted with, as the use-case of runs takes it. */
  readonly request: Readonly<Record<string, unknown>>;
}

export interface JobOutput {
  readonly target: OutputTarget;
  /** It must have been made after the commands began. */
  readonly newerThanStart: boolean;
  readonly minBytes: number | null;
  readonly checksum: { readonly algorithm: 'sha256' | 'md5'; readonly hex: string } | null;
  /** How long it may take to appear after the last command. */
  readonly waitMs: number;
}

export type OutputTarget =
  /** `key` ends with a slash: any object below it. */
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  /** In the session, from the folder on in which commands begin. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

/** `attempts` counts the first one too. Waits grow by `rate` up to `maxMs`. */
export interface JobRetry {
  readonly attempts: number;
  readonly on: readonly JobRetryCause[];
  readonly backoffMs: number;
  readonly rate: number;
  readonly maxMs: number;
}

export interface JobFinish {
  readonly kind: JobFinishKind;
  /** How long a kept session runs on. */
  readonly lifeMs: number;
  /** A stopped session loses what it keeps on disk. */
  readonly deleteVolumes?: boolean;
}

/** What was seen of an output. `tag` differs where the content does (an ETag); null: nothing says so. */
export interface OutputSight {
  readonly modifiedAt: number | null;
  readonly bytes: number;
  readonly tag: string | null;
}

export interface CommandProgress {
  /** null: not submitted yet. */
  readonly runId: string | null;
  readonly madeAt: number | null;
  readonly endedAt: number | null;
  readonly reason: EndReason | null;
}

export interface OutputProgress {
  readonly state: OutputState;
  readonly why: string | null;
}

/** When the attempt came into which state. */
export interface JobStep {
  readonly state: JobState;
  readonly at: number;
}

/** One try at the whole document, on a session of its own. */
export interface JobAttempt {
  readonly number: number;
  /** null: none was made, or nobody knows yet. */
  readonly sessionId: string | null;
  readonly startedAt: number;
  /** When its first command began. */
  readonly beganAt: number | null;
  readonly steps: readonly JobStep[];
  readonly commands: readonly CommandProgress[];
  /** How the outputs were before the first command; null: it was not there. Empty before. */
  readonly before: readonly (OutputSight | null)[];
  readonly outputs: readonly OutputProgress[];
  /** Why it is over; null: it is not, or it succeeded. */
  readonly cause: JobCause | null;
  /** What becomes of its session; null while it is needed. */
  readonly ending: JobFinishKind | null;
  readonly endedAt: number | null;
  /** Its provider has confirmed that nothing of the session runs (or it was to be kept). */
  readonly settled: boolean;
}

/** What was tried last failed, for a reason that may pass. Not to be tried again before `notBefore`. */
export interface JobTrouble {
  readonly kind: ProviderErrorKind;
  readonly message: string;
  readonly count: number;
  readonly notBefore: number;
}

export interface JobEnd {
  /** null: it succeeded. */
  readonly cause: JobCause | null;
  readonly at: number;
}

/** Something people can follow. `seq` counts from 1 in each job; the oldest are dropped. */
export interface JobEvent {
  readonly seq: number;
  readonly at: number;
  readonly kind: JobState | 'command' | 'output' | 'trouble' | 'cancel' | 'warning';
  readonly text: string;
}

/** A job as the store keeps it. Only `request` and `observe` make the next one; `version` rises by one with each. */
export interface JobRecord {
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly createdBy: string;
  /** Role of the key that submitted it: what its sessions and runs may use. */
  readonly role: Role;
  /** Unique among the owner's jobs, for as long as they are kept. */
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly spec: JobSpec;
  /** The document as it is run, for people: without secret values. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly deadline: number;
  readonly state: JobState;
  /** When it came into this state. */
  readonly since: number;
  /** The present attempt; null before the first and between two. */
  readonly attempt: JobAttempt | null;
  readonly past: readonly JobAttempt[];
  /** When the next attempt may begin; counts while queued or waiting. */
  readonly notBefore: number;
  readonly cancel: { readonly at: number; readonly by: string } | null;
  readonly trouble: JobTrouble | null;
  readonly warnings: readonly string[];
  readonly end: JobEnd | null;
  readonly events: readonly JobEvent[];
}
