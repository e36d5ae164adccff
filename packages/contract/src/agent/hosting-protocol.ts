import type { HealthSpec } from '@errand/core/vocabulary';

/** The way of an agent that hosts sessions, beside the other. */
export interface HostingLink {
  /** Resolves or rejects early when the signal aborts. */
  sessions(request: SessionsRequest, signal: AbortSignal): Promise<SessionsAnswer>;
}

/** What an agent has of sessions, and up to which order it has begun to carry them out. */
export interface SessionsRequest {
  /** Id of the last order that was taken; null: none since the agent started. */
  readonly done: string | null;
  readonly sessions: readonly HostedSession[];
  readonly waitMs: number;
}

/** Comes back as soon as there is an order, at the latest after `waitMs`. Orders are given until a later request says that they are done. */
export interface SessionsAnswer {
  readonly orders: readonly SessionOrder[];
}

export interface HostedSession {
  readonly sessionId: string;
  readonly tag: string;
  /** Of the launch, or of the last start. */
  readonly key: string;
  /** ended: its processes are gone, and nobody asked for that. */
  readonly state: 'making' | 'running' | 'stopping' | 'kept' | 'ended' | 'ending';
  /** Why it could not be made, or ended; null: all is well. */
  readonly problem: string | null;
  readonly leaseLeftMs: number;
  readonly ports: readonly { readonly port: number; readonly outerPort: number }[];
  /** null: it has no health check. */
  readonly health: { readonly ok: boolean; readonly failed: boolean; readonly why: string } | null;
  /** Time its processes have spent on processors. */
  readonly cpuMs: number;
}

/** `id`: their order is that of their ids' numbers, within one start of the control plane. */
export type SessionOrder =
  | {
      readonly id: string;
      readonly kind: 'run';
      readonly sessionId: string;
      readonly key: string;
      readonly tag: string;
      readonly leaseMs: number;
      readonly ports: readonly { readonly port: number; readonly range: readonly [number, number] | null }[];
      readonly health: HealthSpec | null;
    }
  | { readonly id: string; readonly kind: 'renew'; readonly sessionId: string; readonly leaseMs: number }
  /** End its processes and keep its folder. */
  | { readonly id: string; readonly kind: 'stop'; readonly sessionId: string }
  /** End its processes and remove its folder. */
  | { readonly id: string; readonly kind: 'end'; readonly sessionId: string };
