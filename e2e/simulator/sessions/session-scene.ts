import type { Ids } from '@errand/core';
import { fakeIds } from '@errand/core/testing';
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
  /** Faults and wishes are over. */
  healed: boolean;
  kills: number;
}

/** 2024-01-01, as good as any. */
export const WALL_START = 1_704_067_200_000;

/** The wall clock of the control planes. */
export function wallOf({ timeline, offsetMs }: Pick<SessionWorld, 'timeline' | 'offsetMs'>): number {
  return WALL_START + timeline.now + offsetMs;
}

export interface SessionWorldOptions {
  /** Gets a line for everything that happens. */
  readonly print?: ((line: string) => void) | null;
  readonly without?: ReadonlySet<string>;
  /** In place of the one of the seed. */
  readonly profile?: SessionProfile;
  /** The first control plane dies then. */
  readonly dies?: Moment;
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
    ids: fakeIds(),
    offsetMs: 0,
    jumpedAt: -1,
    startedAt: 0,
    disturbedAt: 0,
    healed: false,
    kills: 0,
  };
}
