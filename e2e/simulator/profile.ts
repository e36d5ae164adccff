import type { Random } from './time/random.ts';

/** How hard the world is on one simulation, drawn from its seed. Probabilities from 0 to 1, times in ms. */
export interface Profile {
  readonly name: string;
  /** How often a fault is injected, on average; and which. */
  readonly faultEveryMs: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** Of one message: never arrives, arrives but its answer does not, arrives twice, arrives late. */
  readonly lost: number;
  readonly answerLost: number;
  readonly doubled: number;
  readonly late: number;
  readonly delayMs: number;
  /** From a write to its commit, at most. */
  readonly commitMs: number;
  readonly pulseLost: number;
  readonly keeperRefuses: number;
  /** How often the keeper takes seconds to hear something. */
  readonly keeperSlow: number;
  /** From the store's work to its answer, at most: other calls come in between. */
  readonly storeMs: number;
  /** How far the clocks of machines may be off. */
  readonly skewMs: number;
  /** Two machines have the identity of one agent. */
  readonly twins: boolean;
  /** How often somebody cancels a running run just when something breaks. */
  readonly canceling: number;
  /** How many commands live for minutes. */
  readonly patient: number;
  /** How long faults are injected; after it everything heals. */
  readonly faultsForMs: number;
  readonly lostAfterMs: number;
  readonly runs: number;
  /** Of an agent. */
  readonly mostSlots: number;
  /** Runs want labels and come in groups, and an operator sets limits and pauses pools. */
  readonly crowded: boolean;
  /** How many runs ask to be tried again. */
  readonly retrying: number;
}

export type FaultKind =
  | 'server_dies'
  | 'server_dies_at_call'
  | 'agent_dies'
  | 'machine_fails_at_call'
  | 'late_at_the_door'
  | 'keeper_dies'
  | 'reboot'
  | 'client_cut'
  | 'machine_cut'
  | 'machine_cut_one_way'
  | 'laptop_sleeps'
  | 'server_away'
  | 'clock_jump'
  | 'server_stalls'
  | 'agent_stalls'
  | 'disk_full'
  | 'agent_leaves';

type Temper = Pick<Profile, 'faultEveryMs' | 'faults'> & Partial<Profile>;

const NONE: Readonly<Record<FaultKind, number>> = {
  server_dies: 0,
  server_dies_at_call: 0,
  agent_dies: 0,
  machine_fails_at_call: 0,
  late_at_the_door: 0,
  keeper_dies: 0,
  reboot: 0,
  client_cut: 0,
  machine_cut: 0,
  machine_cut_one_way: 0,
  laptop_sleeps: 0,
  server_away: 0,
  clock_jump: 0,
  server_stalls: 0,
  agent_stalls: 0,
  disk_full: 0,
  agent_leaves: 0,
};

const TEMPERS: Readonly<Record<string, Temper>> = {
  calm: { faultEveryMs: 20_000, faults: { ...NONE, client_cut: 1 }, pulseLost: 0 },
  'server crashes': {
    faultEveryMs: 2_500,
    faults: { ...NONE, server_dies: 1, server_dies_at_call: 4, machine_fails_at_call: 1 },
    commitMs: 60,
  },
  'machine crashes': {
    runs: 6,
    faultEveryMs: 1_500,
    faults: {
      ...NONE,
      agent_dies: 2,
      machine_fails_at_call: 6,
      keeper_dies: 1,
      reboot: 1,
      server_dies_at_call: 1,
    },
    canceling: 0.5,
  },
  // What a dead agent has told its keeper arrives while the next one asks what has become of it.
  'slow keeper': {
    runs: 8,
    faultEveryMs: 1_500,
    faults: { ...NONE, agent_dies: 1, machine_fails_at_call: 8 },
    keeperSlow: 0.4,
    delayMs: 1_500,
    canceling: 0.2,
  },
  network: {
    faultEveryMs: 4_000,
    faults: {
      ...NONE,
      machine_cut: 2,
      machine_cut_one_way: 2,
      client_cut: 2,
      machine_fails_at_call: 1,
      agent_leaves: 0.3,
    },
    lost: 0.05,
    answerLost: 0.06,
    doubled: 0.06,
    late: 0.02,
    delayMs: 200,
  },
  // Long enough for runs to be lost, and for their agents to come back.
  'lost and found': {
    faultEveryMs: 5_000,
    faults: { ...NONE, machine_cut: 3, agent_stalls: 1, machine_fails_at_call: 3 },
    lostAfterMs: 2_000,
    faultsForMs: 30_000,
    runs: 4,
    retrying: 1,
    mostSlots: 1,
    patient: 0.4,
  },
  // Its agents come back with tokens that are old, or stand at the door when their lease ends.
  'slow store': {
    faultEveryMs: 3_000,
    faults: {
      ...NONE,
      late_at_the_door: 6,
      machine_cut: 1,
      machine_cut_one_way: 1,
      machine_fails_at_call: 3,
      agent_stalls: 1,
    },
    runs: 8,
    storeMs: 600,
    commitMs: 40,
    mostSlots: 1,
    retrying: 1,
  },
  laptops: {
    faultEveryMs: 6_000,
    faults: { ...NONE, laptop_sleeps: 4, machine_fails_at_call: 3, machine_cut: 1, agent_dies: 1 },
    skewMs: 3_600_000,
    retrying: 1,
    patient: 0.2,
  },
  'server away': {
    faultEveryMs: 8_000,
    faults: { ...NONE, server_away: 2, agent_dies: 1, machine_fails_at_call: 1, machine_cut_one_way: 1 },
    faultsForMs: 30_000,
    patient: 0.3,
  },
  twins: {
    faultEveryMs: 4_000,
    faults: {
      ...NONE,
      machine_cut: 1,
      agent_dies: 1,
      machine_fails_at_call: 5,
      agent_stalls: 1,
      reboot: 0.3,
    },
    twins: true,
    lost: 0.03,
    answerLost: 0.06,
    doubled: 0.03,
    delayMs: 300,
    retrying: 1,
  },
  clock: {
    faultEveryMs: 4_000,
    faults: { ...NONE, clock_jump: 4, server_stalls: 2, agent_stalls: 2, server_dies: 1, agent_dies: 1 },
  },
  'slow disk': {
    faultEveryMs: 4_000,
    faults: {
      ...NONE,
      disk_full: 3,
      server_dies: 2,
      server_dies_at_call: 2,
      agent_dies: 1,
      server_stalls: 1,
    },
    commitMs: 1_500,
  },
  everything: {
    faultEveryMs: 2_500,
    faults: {
      server_dies: 1,
      server_dies_at_call: 2,
      agent_dies: 1,
      machine_fails_at_call: 4,
      late_at_the_door: 1,
      keeper_dies: 0.7,
      reboot: 0.7,
      client_cut: 1,
      machine_cut: 1,
      machine_cut_one_way: 1,
      laptop_sleeps: 0.5,
      server_away: 0.1,
      clock_jump: 1,
      server_stalls: 0.7,
      agent_stalls: 1,
      disk_full: 1,
      agent_leaves: 0.3,
    },
    lost: 0.02,
    answerLost: 0.03,
    doubled: 0.03,
    late: 0.01,
    delayMs: 60,
    commitMs: 40,
  },
};

/** More runs than places, so that they wait for each other. */
const CROWD: Temper = {
  faultEveryMs: 8_000,
  faults: { ...NONE, client_cut: 1, server_dies: 0.5, agent_dies: 0.5 },
  crowded: true,
  runs: 14,
  mostSlots: 3,
  patient: 0,
  faultsForMs: 20_000,
};

export function drawProfile(random: Random, crowded: boolean): Profile {
  const name = crowded ? 'crowd' : random.pick(Object.keys(TEMPERS));
  const temper = crowded ? CROWD : TEMPERS[name];
  if (temper === undefined) throw new Error(`there is no profile ${name}`);
  return {
    name,
    lost: 0,
    answerLost: 0,
    doubled: 0,
    late: 0,
    delayMs: 8,
    commitMs: 3,
    pulseLost: random.pick([0, 0, 0.2, 1]),
    keeperRefuses: random.pick([0, 0, 0.1]),
    keeperSlow: 0.01,
    storeMs: random.pick([0, 0, 0, 100]),
    skewMs: random.pick([0, 0, 3_600_000]),
    twins: false,
    canceling: 0.1,
    patient: 0.03,
    faultsForMs: random.pick([8_000, 20_000, 45_000]),
    lostAfterMs: random.pick([3_000, 10_000, 40_000]),
    runs: random.between(2, 6),
    mostSlots: random.pick([1, 4]),
    crowded: false,
    retrying: 0.5,
    ...temper,
  };
}
