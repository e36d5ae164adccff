import type { Handle, PortAddress, SessionAgent, SessionRun, SessionSpec } from '../session/record.ts';
import type { SessionReason } from '../vocabulary/session-reason.ts';
import type { Files } from './files.ts';

/**
 * Makes compute, looks at it, and ends it: one per place where compute can be made.
 *
 * Order. For one launch key: `launch` (or `start`), then any number of `inspect` and `renew`, then `stop` or `terminate`. Calls about
 * different launches may be made concurrently, and every call may be made again, also long after it succeeded and by another process.
 *
 * Time. Every call comes back promptly: `launch` before what it makes is ready, `stop` and `terminate` with `pending` while they
 * are not done. What a call does has happened, or will never happen, `capabilities.settleMs` after the call began, also
 * where its answer was lost. A call that takes longer than that is given up by the caller, and must then have no effect any more.
 *
 * Truth. Nothing is called gone that may be alive: `terminate` says `done` only when nothing of the handle is left, what came along
 * (disks, addresses, network interfaces) included. A handle that the provider does not know is gone, which is no error.
 *
 * Tag. Everything it makes carries the tag and the ids of the request, where the provider itself keeps them, so that `list` finds it
 * without any record of ours. Where nothing can be listed, what it makes ends by itself (`capabilities.endsItselfMs`).
 *
 * Dead man. Beside the compute something that needs neither the control plane nor its network ends it when its lease runs out.
 * It counts time by itself: leases are handed over as durations. What ends by itself sooner than any lease needs no other.
 *
 * Errors are {@link ProviderError}s with a kind and a sentence for people. `capacity`, `quota`, `config` of `launch` and `start` mean that
 * this call made nothing; after `auth`, `transient` and anything else nobody knows. Business outcomes (it ended, it is gone) are values.
 */
export interface Provider {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /** What of this spec cannot be, each with the field and what to change. Pure and quick: asked before anything is stored. */
  problems(spec: SessionSpec): readonly SpecProblem[];
  /** What it costs while it runs, as far as the provider knows; null: it does not. Pure and quick. */
  cost(spec: SessionSpec): Cost | null;
  /**
   * Makes one piece of compute for the key. A repeat answers with the handle of the first, whatever else has changed meanwhile (no
   * capacity left, other limits); two calls at the same time make one. The lease begins with the call.
   */
  launch(request: LaunchRequest): Promise<Handle>;
  /**
   * Starts what `stop` has kept, volumes and files included, under a new key. Repeatable as `launch`. The handle answered stands
   * for all of it from then on; it differs from the one before only where that one stands for nothing any more. Where what was kept
   * is gone it makes new compute with the same volumes.
   */
  start(kept: Handle, request: LaunchRequest): Promise<Handle>;
  /**
   * What was made under a key whose answer was lost, or null. What a call made within the last `settleMs` may be missing; otherwise an
   * answer is the truth, so a provider that cannot tell now throws `transient`.
   */
  find(request: FindRequest): Promise<Handle | null>;
  /** How it is now. */
  inspect(handle: Handle): Promise<Observation>;
  /** Tells the dead man's switch that it may live for `leaseMs` from now. Of something gone: changes nothing, no error. */
  renew(handle: Handle, leaseMs: number): Promise<void>;
  /**
   * Ends what runs and keeps volumes, and whatever else makes the next start quick. `done`: nothing runs and nothing but storage is paid for.
   * With `deleteVolumes` the disks that came along are deleted once nothing runs, also where it was stopped before; `done` then means that they are
   * gone, too, and a start makes new compute with new ones.
   */
  stop(handle: Handle, wish?: StopWish): Promise<'done' | 'pending'>;
  /** Ends all of it, volumes too. */
  terminate(handle: Handle): Promise<'done' | 'pending'>;
  /**
   * Everything of this tag that is not gone, running or kept. What was made within the last `settleMs` may be missing; what is gone may
   * still be shown for as long. Absent: nobody there shows what was made, so `capabilities.endsItselfMs` is set.
   */
  list?(tag: string): Promise<readonly Found[]>;
  /**
   * Calls `changed` with the id of each session of this tag whose compute ended by itself, or is no longer being made, soon after it did;
   * resolves once the signal aborts. Hints: whoever gets one looks, and one that is lost costs the time until the next look. Absent: the provider cannot tell.
   */
  watch?(tag: string, changed: (sessionId: string) => void, signal: AbortSignal): Promise<void>;
  /**
   * What the own command of a session wrote, the last `lines` of it, and with `follow` what it writes until it ends or the signal aborts. Of what is gone, or
   * not there yet: nothing. Absent: that command is a run of the session, and has a log like any other.
   */
  output?(handle: Handle, wish: OutputWish): Promise<AsyncIterable<OutputPiece>>;
  /** The files of what runs or is kept, where the provider reaches them by itself; else the agent that has the session does. */
  readonly files?: Files<Handle>;
}

export interface StopWish {
  /** Only where `capabilities.deletesVolumes` says so. */
  readonly deleteVolumes?: boolean;
}

export interface OutputWish {
  readonly lines: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

export interface OutputPiece {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** How providers differ, as data: callers branch on these, never on the name. */
export interface ProviderCapabilities {
  /** See above: after this long a call without an answer has had all of its effect. */
  readonly settleMs: number;
  /** `inspect` tells whether the health check of the spec succeeds, or that only of checks by command; else the control plane asks by itself at the addresses. */
  readonly checksHealth: boolean | 'commands';
  /** Runs with a session as their target reach it through this: an agent that has it among its own, or nothing does. */
  readonly runs: 'agent' | 'none';
  /** Is it made by an agent of a pool, so that whoever asks must be allowed to use that pool? */
  readonly inPool: boolean;
  /** Options of a session without a command of its own that is made for a run or a job: what makes it stay until that is over. */
  readonly forRun?: Readonly<Record<string, unknown>> | undefined;
  /** Calls at the same time that it takes well. */
  readonly atOnce: number;
  /** Does it put the files of a spec where they belong before anything runs? */
  readonly placesFiles?: boolean;
  /** Can `stop` delete the volumes? */
  readonly deletesVolumes?: boolean;
  /** Does it make nothing but what executes one run of a pool on demand? */
  readonly onlyForRuns?: boolean;
  /** Do its agents execute scripts that are modules? */
  readonly modules?: boolean;
  /** What it makes ends by itself so long after its start, whatever anybody does or fails to do. */
  readonly endsItselfMs?: number;
}

export interface Cost {
  readonly perHour: number;
  /** Such as `USD`. */
  readonly currency: string;
}

export interface SpecProblem {
  /** Path in the request, such as `ports` or `options.user`. */
  readonly field: string;
  /** What to change. */
  readonly message: string;
}

export interface LaunchRequest {
  /** Unique for ever; of letters, digits, `_` and `-`, at most 60. */
  readonly key: string;
  readonly sessionId: string;
  readonly owner: string;
  readonly subdomain: string;
  /** The one attempt it is made for; none: it is somebody's own. */
  readonly run?: SessionRun | null;
  /** Of this control plane. */
  readonly tag: string;
  readonly spec: SessionSpec;
  /** The whole environment, secrets in clear: never stored, never in a log. */
  readonly env: Readonly<Record<string, string>>;
  /** How long it may live from this call on, unless it is renewed. */
  readonly leaseMs: number;
}

export type FindRequest = Pick<LaunchRequest, 'key' | 'sessionId' | 'tag' | 'spec'>;

export type Observation =
  /** Being made. `progress`: a sentence for people, such as how much of an image is there; null: no further than when it was asked last, or failed. */
  | { readonly kind: 'pending'; readonly progress: string | null }
  | {
      readonly kind: 'running';
      readonly ports: readonly PortAddress[];
      readonly health: Health | null;
      readonly use: ObservedUse;
    }
  /** It ended by itself, or somebody ended it there. */
  | { readonly kind: 'ended'; readonly reason: EndedBy }
  | { readonly kind: 'gone' };

export type EndedBy = Extract<
  SessionReason,
  { kind: 'exited' | 'out_of_memory' | 'machine_gone' | 'life_ended' }
>;

export type Health =
  | { readonly kind: 'ok' }
  | { readonly kind: 'not_yet'; readonly why: string }
  /** Waiting is pointless. */
  | { readonly kind: 'failed'; readonly why: string };

/** What the provider sees of the use of the compute, so that busy things are not stopped; null where it cannot tell. */
export interface ObservedUse {
  /** When bytes last went through a published port, in ms since 1970. */
  readonly trafficAt: number | null;
  /** Time that its processes have spent on processors since its start, in ms. */
  readonly cpuMs: number | null;
  /** When it was so, in steady ms: what an agent says may be as old as its last word. Not set: now. */
  readonly cpuSeenAt?: number | undefined;
  /** Agent and pool that serve the runs of this session, where `capabilities.runs` says so. */
  readonly agent: SessionAgent | null;
}

/** Something at a provider that carries our tag. */
export interface Found {
  readonly handle: Handle;
  readonly key: string;
  readonly sessionId: string;
  /** `kept`: stopped, only storage is left. */
  readonly state: 'running' | 'kept';
  /** Ms until its dead man's switch ends it; null where that is not known or nothing runs. */
  readonly leaseLeftMs: number | null;
}
