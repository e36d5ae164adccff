import { DatabaseSync } from 'node:sqlite';
import { newPool } from '@errand/core';
import { anAgent } from '@errand/core/testing';
import { openSqliteStore } from '@errand/server/testing';
import { Committed } from './checks/committed.ts';
import { checkEverythingEnded, isOver } from './checks/ending.ts';
import { History } from './checks/history.ts';
import { LogChecks } from './checks/logs.ts';
import { Workload } from './clients/workload.ts';
import { Faults } from './faults.ts';
import { labelsOf } from './machine/labels.ts';
import { Machine, WALL_START } from './machine/machine.ts';
import { ControlPlane } from './plane/control-plane.ts';
import { Network } from './plane/network.ts';
import { SimulatedLogs } from './plane/simulated-logs.ts';
import { drawProfile } from './profile.ts';
import { Random } from './time/random.ts';
import { Timeline } from './time/timeline.ts';
import { VirtualProcess } from './time/virtual-process.ts';
import { Trace, type Violation, type World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  /** Names of everything that can be left out of it. */
  readonly parts: readonly string[];
  readonly profile: string;
  readonly steps: number;
  /** Virtual time that passed. */
  readonly ms: number;
  /** Of everything that happened: equal for two simulations of a seed. */
  readonly hash: string;
  readonly violation: Violation | undefined;
}

/** After the faults have ended: the longest queue time-out with all retries, the longest silence, and an hour that a clock was ahead, twice over. */
const QUIET_MS = 150 * 60_000;
/** Of so many seeds one is a crowd, which costs as much as several others. */
const CROWD_EVERY = 14;
const LOCAL = 'local';
const FLEET = 'fleet';

export interface SimulateOptions {
  /** Gets a line for everything that happens. */
  readonly print?: ((line: string) => void) | null;
  /** Leaves out faults and runs; see `World`. */
  readonly without?: ReadonlySet<string>;
}

/** A kind of worlds: of runs, or of sessions. */
export type Simulate = (seed: number, options?: SimulateOptions) => Promise<Outcome>;

/** Lets one world run from its seed until everything in it has ended, or a promise is broken. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  const world = makeWorld(seed, options);
  const { timeline, trace, profile } = world;
  const database = new DatabaseSync(':memory:');
  let parts: readonly string[] = [];
  try {
    const scene = await makeScene(world, database);
    scene.faults.start();
    scene.workload.start();
    const deadline = profile.faultsForMs + QUIET_MS;
    let looked = 0;
    while (trace.violation === undefined) {
      if (!(await timeline.step())) break;
      trace.step += 1;
      await scene.checks.look('new');
      if (!scene.faults.over || timeline.now - looked < 500) continue;
      looked = timeline.now;
      if (isOver(scene) || looked > deadline) break;
    }
    if (trace.violation === undefined) {
      checkEverythingEnded(scene);
      await scene.checks.look('all');
    }
    parts = partsOf(world, scene.faults);
  } finally {
    database.close();
  }
  const { step, hash, violation } = trace;
  return { seed, parts, profile: profile.name, steps: step, ms: timeline.now, hash, violation };
}

function partsOf({ profile }: World, { count }: Faults): string[] {
  const names = (what: string, length: number): string[] =>
    Array.from({ length }, (_, at) => `${what} ${at}`);
  return [...names('fault', count), ...names('run', profile.runs)];
}

/** The parts of one simulation. */
export interface Scene {
  readonly world: World;
  readonly machines: readonly Machine[];
  readonly workload: Workload;
  readonly faults: Faults;
  readonly checks: LogChecks;
}

function makeWorld(seed: number, { print = null, without = new Set() }: SimulateOptions): World {
  const timeline = new Timeline(new Random(seed, 'order'));
  const trace = new Trace(timeline, print);
  const profile = drawProfile(new Random(seed, 'profile'), seed % CROWD_EVERY === 0);
  const history = new History(trace, () => timeline.now);
  timeline.onStep = (what) => trace.note(what);
  trace.note(`seed ${seed}: ${JSON.stringify(profile)}`);
  return { seed, without, profile, random: new Random(seed, 'world'), timeline, trace, history };
}

async function makeScene(world: World, database: DatabaseSync): Promise<Scene> {
  const { random, profile } = world;
  const make = (name: string, pool: string, agentId = `agent_${name}`): Machine =>
    new Machine({
      world,
      name,
      agentId,
      pool,
      slots: random.between(1, profile.mostSlots),
      skewMs: random.pick([-1, 0, 1]) * profile.skewMs,
    });
  const own = make('own', LOCAL);
  const remote = [make('m1', FLEET), make('m2', FLEET)];
  if (profile.twins) remote.push(make('m1 again', FLEET, 'agent_m1'));
  await prepare(world, database, [own, ...remote]);
  const committed = new Committed(world, database);
  const logs = new SimulatedLogs(world, own.disk);
  const plane = new ControlPlane({ world, database, logs, machine: own, onCommit: () => committed.look() });
  const network = new Network(world, (act, signal) => plane.serve(act, signal));
  const process = new VirtualProcess('clients', world.timeline);
  const workload = new Workload({ world, network, logs, process, pools: [LOCAL, FLEET, FLEET] });
  const places = ['client-1', 'client-2', 'client-3'];
  const cancel = (chance: Random): void => workload.cancelSome(chance);
  const faults = new Faults({ world, plane, network, own, remote, places, cancel });
  return { world, machines: [own, ...remote], workload, faults, checks: new LogChecks(world, logs) };
}

/** The pools and agents are known before anything happens. */
async function prepare(
  { profile }: World,
  database: DatabaseSync,
  machines: readonly Machine[],
): Promise<void> {
  const { agents } = await openSqliteStore({ database, defer: (commit) => queueMicrotask(commit) });
  for (const { name, agentId, pool } of machines) {
    const { lostAfterMs } = profile;
    await agents.ensurePool(newPool({ name: pool, createdAt: WALL_START, adminOnly: false, lostAfterMs }));
    const labels = labelsOf(profile, agentId);
    const seen = { createdAt: WALL_START, lastSeenAt: WALL_START };
    await agents.put(anAgent({ id: agentId, name, pool, labels, slots: 1, program: '0', ...seen }));
  }
}
