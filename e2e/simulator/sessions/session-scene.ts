import type { Ids } from '@errand/core';
import { type FakeCall, type FakeFault, fakeIds } from '@errand/core/testing';
import { Random } from '../time/random.ts';
import { Timeline } from '../time/timeline.ts';
import type { Moment } from '../time/virtual-process.ts';
import { Trace } from '../world.ts';
import { drawSessionProfile, type SessionProfile } from './session-profile.ts';

/** What all parts of one simulation of sessions share. */
export interface SessionWorld {
  readonly seed: number;
  /** Faults and sessions that are left out, to find those that matter: `fault 3`, `session 0`. */
  readonly without: ReadonlySet<string>;
  readonly profile: SessionProfile;
  /** When the control plane that starts first dies, if not by chance. */
  dies: Moment | null;
  /** What goes wrong with one call of the provider, if not by chance. */
  readonly fails: FailingCall | null;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly ids: Ids;
  /** How far the wall clock of the control planes is off. */
  offsetMs: number;
  /** When that last changed by much, and when a control plane last started. */
  jumpedAt: number;
  startedAt: number;
  /** When last something happened that may make everything later: a plane away, stalled, or with another time; a provider out. */
  disturbedAt: number;
  /** The same of what befell a control plane itself: its provider apart. */
  unsettledAt: number;
  /** Faults and wishes are over. */
  healed: boolean;
  kills: number;
  faults: number;
}

/** 2024-01-01, as good as any. */
export const WALL_START = 1_704_067_200_000;

/** The wall clock of the control planes. */
export function wallOf({ timeline, offsetMs }: Pick<SessionWorld, 'timeline' | 'offsetMs'>): number {
  return WALL_START + timeline.now + offsetMs;
}

/** A control plane is not what it should be, until then. */
export function unsettle(world: SessionWorld, until: number): void {
  world.disturbedAt = Math.max(world.disturbedAt, until);
  world.unsettledAt = Math.max(world.unsettledAt, until);
}

/** The `nth` call of this kind, from 1. */
interface FailingCall {
  readonly call: FakeCall;
  readonly nth: number;
  readonly fault: FakeFault;
}

export interface SessionWorldOptions {
  /** Gets a line for everything that happens. */
  readonly print?: ((line: string) => void) | null;
  readonly without?: ReadonlySet<string>;
  /** In place of the one of the seed. */
  readonly profile?: SessionProfile;
  /** The first control plane dies then. */
  readonly dies?: Moment;
  readonly fails?: FailingCall;
}

export function makeSessionWorld(seed: number, options: SessionWorldOptions): SessionWorld {
  const timeline = new Timeline(new Random(seed, 'order'));
  const trace = new Trace(timeline, options.print ?? null);
  timeline.onStep = (what) => trace.note(what);
  const profile = options.profile ?? drawSessionProfile(new Random(seed, 'session profile'));
  trace.note(`seed ${seed}: ${JSON.stringify(profile)}`);
  return {
    seed,
    without: options.without ?? new Set(),
    profile,
    random: new Random(seed, 'world'),
    timeline,
    trace,
    dies: options.dies ?? null,
    fails: options.fails ?? null,
    ids: fakeIds(),
    offsetMs: 0,
    jumpedAt: -1,
    startedAt: 0,
    disturbedAt: 0,
    unsettledAt: 0,
    healed: false,
    kills: 0,
    faults: 0,
  };
}
