import type { FakeCall, FakeFault } from '@errand/core/testing';
import type { Random } from '../time/random.ts';

/** How hard the world is on the sessions of one simulation, drawn from its seed. Probabilities from 0 to 1, times in ms. */
export interface SessionProfile {
  readonly name: string;
  readonly faultEveryMs: number;
  readonly faults: Readonly<Record<SessionFaultKind, number>>;
  /** Of one call of the provider: how often what goes wrong. */
  readonly calls: Readonly<Record<CallFaultKind, number>>;
  /** Two control planes over one store that outlives both; else one that takes its store with it when it dies. */
  readonly planes: 1 | 2;
  /** From a write to its commit, and from the store's work to its answer, at most. */
  readonly commitMs: number;
  readonly storeMs: number;
  readonly pulseLost: number;
  readonly bootMs: number;
  readonly endMs: number;
  readonly settleMs: number;
  readonly staleMs: number;
  /** false: no switch beside the compute ends it. */
  readonly deadMan: boolean;
  /** false: the control plane asks for the health of a session by itself. */
  readonly checksHealth: boolean;
  readonly sessions: number;
  /** How often somebody does something with a session, on average. */
  readonly wishEveryMs: number;
  /** How often somebody changes their mind right after they asked for a session or a start. */
  readonly hasty: number;
  /** How many runs a pool on demand gets, and how many of them at once; what it makes for each is short-lived, too. */
  readonly runs: number;
  readonly poolLimit: number;
  readonly poolLaunch: Readonly<Record<string, unknown>>;
  /** How long faults are injected and wishes are made; after it everything heals. */
  readonly faultsForMs: number;
}

export type SessionFaultKind =
  | 'plane_dies'
  | 'plane_dies_at_call'
  | 'plane_stalls'
  | 'plane_stalls_at_call'
  | 'plane_away'
  | 'clock_jump'
  | 'provider_out'
  | 'machine_vanishes'
  | 'machine_deaf';

export type CallFaultKind = FakeFault['kind'] | 'refused';

const NO_FAULTS: SessionProfile['faults'] = {
  plane_dies: 0,
  plane_dies_at_call: 0,
  plane_stalls: 0,
  plane_stalls_at_call: 0,
  plane_away: 0,
  clock_jump: 0,
  provider_out: 0,
  machine_vanishes: 0,
  machine_deaf: 0,
};

const NO_CALLS: SessionProfile['calls'] = {
  error: 0,
  refused: 0,
  lost_answer: 0,
  lost_request: 0,
  slow: 0,
  delivered_twice: 0,
  twin: 0,
};

const BAD_CALLS: SessionProfile['calls'] = {
  error: 0.04,
  refused: 0.03,
  lost_answer: 0.06,
  lost_request: 0.03,
  slow: 0.06,
  delivered_twice: 0.04,
  twin: 0.02,
};

/** Nothing goes wrong by itself: for worlds in which one thing does. */
export const ONE_SESSION: SessionProfile = {
  name: 'one session',
  faultEveryMs: 60_000,
  faults: NO_FAULTS,
  calls: NO_CALLS,
  planes: 1,
  commitMs: 20,
  storeMs: 0,
  pulseLost: 0,
  bootMs: 2_000,
  endMs: 2_000,
  settleMs: 3_000,
  staleMs: 1_000,
  deadMan: true,
  checksHealth: true,
  sessions: 1,
  wishEveryMs: 5_000,
  hasty: 0,
  runs: 0,
  poolLimit: 1,
  poolLaunch: {},
  faultsForMs: 60_000,
};

/** The same with runs of a pool on demand, one at a time, and no session of anybody. */
export const FEW_RUNS: SessionProfile = { ...ONE_SESSION, name: 'few runs', sessions: 0, runs: 3 };

type Temper = Partial<SessionProfile>;

const TEMPERS: Readonly<Record<string, Temper>> = {
  // Slower than a run holds on to a session that is being made, and than it may wait for one that comes to nothing.
  calm: {
    bootMs: 40_000,
    endMs: 60_000,
    checksHealth: true,
    runs: 4,
    poolLaunch: {
      lease: 300_000,
      createTimeout: 120_000,
      readyTimeout: 60_000,
      ports: [80],
      health: { path: '/' },
    },
  },
  'plane crashes': {
    faultEveryMs: 8_000,
    faults: { ...NO_FAULTS, plane_dies: 1, plane_dies_at_call: 5 },
    commitMs: 300,
  },
  'bad provider': { calls: BAD_CALLS, faults: { ...NO_FAULTS, provider_out: 1 }, faultEveryMs: 60_000 },
  'lost answers': {
    calls: { ...NO_CALLS, lost_answer: 0.5, slow: 0.1 },
    faults: { ...NO_FAULTS, plane_dies_at_call: 3, plane_stalls_at_call: 1 },
    faultEveryMs: 15_000,
    wishEveryMs: 12_000,
    hasty: 0.8,
  },
  clock: {
    faultEveryMs: 20_000,
    faults: { ...NO_FAULTS, clock_jump: 3, plane_dies: 1 },
    calls: { ...NO_CALLS, lost_answer: 0.2, slow: 0.2 },
  },
  stalls: {
    faultEveryMs: 10_000,
    faults: { ...NO_FAULTS, plane_stalls_at_call: 4, plane_stalls: 1 },
    calls: { ...NO_CALLS, lost_answer: 0.1, slow: 0.1 },
  },
  'nobody home': {
    faultEveryMs: 60_000,
    faults: { ...NO_FAULTS, plane_away: 3, machine_vanishes: 1 },
  },
  'no switch': {
    faultEveryMs: 60_000,
    faults: { ...NO_FAULTS, plane_away: 3, plane_dies_at_call: 1, machine_deaf: 2 },
    calls: { ...NO_CALLS, twin: 0.2, lost_answer: 0.05 },
    deadMan: false,
  },
  'two planes': {
    planes: 2,
    faultEveryMs: 15_000,
    faults: { ...NO_FAULTS, plane_dies: 1, plane_dies_at_call: 3, plane_stalls_at_call: 2, plane_stalls: 1 },
    calls: { ...NO_CALLS, lost_answer: 0.1, slow: 0.1 },
    storeMs: 300,
  },
  'two planes in haste': {
    planes: 2,
    faultEveryMs: 10_000,
    faults: { ...NO_FAULTS, plane_stalls_at_call: 6, machine_vanishes: 1 },
    storeMs: 300,
    bootMs: 1_000,
    endMs: 1_000,
    wishEveryMs: 6_000,
    hasty: 0.5,
  },
  everything: {
    faultEveryMs: 12_000,
    faults: {
      plane_dies: 1,
      plane_dies_at_call: 4,
      plane_stalls: 0.5,
      plane_stalls_at_call: 1,
      plane_away: 0.5,
      clock_jump: 0.5,
      provider_out: 0.5,
      machine_vanishes: 1,
      machine_deaf: 0,
    },
    calls: BAD_CALLS,
    commitMs: 100,
  },
};

export function drawSessionProfile(random: Random): SessionProfile {
  const name = random.pick(Object.keys(TEMPERS));
  const settleMs = random.pick([0, 3_000, 10_000, 30_000]);
  return {
    ...ONE_SESSION,
    name,
    commitMs: random.pick([3, 60]),
    storeMs: random.pick([0, 0, 200]),
    pulseLost: random.pick([0, 0.3]),
    bootMs: random.pick([0, 2_000, 15_000]),
    endMs: random.pick([0, 1_000, 20_000]),
    settleMs,
    staleMs: random.pick([0, settleMs / 2]),
    checksHealth: random.chance(0.5),
    sessions: random.between(1, 5),
    wishEveryMs: random.pick([10_000, 40_000, 120_000]),
    hasty: random.pick([0, 0.5]),
    faultsForMs: random.pick([120_000, 300_000, 600_000]),
    ...drawPool(random),
    ...TEMPERS[name],
  };
}

/** Half of all worlds have a pool on demand. */
function drawPool(random: Random): Pick<SessionProfile, 'runs' | 'poolLimit' | 'poolLaunch'> {
  const poolLaunch = {
    lease: random.pick([60_000, 300_000]),
    createTimeout: random.pick([30_000, 120_000]),
    readyTimeout: random.pick([20_000, 60_000]),
    ...(random.chance(0.5) ? { ports: [80], health: { path: '/' } } : {}),
  };
  return { runs: random.pick([0, 0, 3, 8]), poolLimit: random.between(1, 3), poolLaunch };
}

/** What goes wrong with one call, if anything. */
export function drawCallFault(
  random: Random,
  { calls, settleMs, staleMs }: SessionProfile,
  call: FakeCall,
): FakeFault | null {
  // Late effects and old lists together stay within what the provider promises.
  const lateMs = settleMs - staleMs;
  const none = 1 - Object.values(calls).reduce((sum, each) => sum + each, 0);
  const kind = random.weighted({ ...calls, none: Math.max(none, 0) });
  const makes = call === 'launch' || call === 'start';
  const made: Readonly<Record<CallFaultKind | 'none', () => FakeFault | null>> = {
    none: () => null,
    error: () => ({ kind: 'error', error: random.pick(['transient', 'auth']), ...drawPatience(random) }),
    refused: () => (makes ? { kind: 'error', error: random.pick(['capacity', 'quota', 'config']) } : null),
    lost_answer: () => ({ kind: 'lost_answer', effectAfterMs: random.between(0, lateMs) }),
    lost_request: () => ({ kind: 'lost_request' }),
    slow: () => ({ kind: 'slow', ms: random.between(0, lateMs) }),
    delivered_twice: () => ({ kind: 'delivered_twice' }),
    twin: () => (call === 'launch' ? { kind: 'twin' } : null),
  };
  return made[kind]();
}

/** Throttling says how long to wait. */
function drawPatience(random: Random): { retryAfterMs?: number } {
  return random.chance(0.3) ? { retryAfterMs: random.between(100, 20_000) } : {};
}
