import type { FakeFault } from '@errand/core/testing';
import type { Outcome, SimulateOptions } from '../simulate.ts';
import { hashText, Random } from '../time/random.ts';
import { checkJob } from './check-job.ts';
import type { CommandScript } from './fake-commands.ts';
import { JobWorld, OUTPUT } from './job-world.ts';
import type { Death } from './mortal.ts';

/** What happens to one job, drawn from its seed. */
export interface JobPlan {
  readonly attempts: number;
  readonly timeoutS: number;
  readonly deaths: readonly Death[];
  /** How often a call of the provider fails, of a hundred. */
  readonly faulty: number;
  /** After how many seconds somebody cancels it; null: nobody does. */
  readonly cancelAfterS: number | null;
  /** Whoever wants to cancel has waited for the next control plane. */
  readonly cancelFirst: boolean;
  /** After how many seconds its machine vanishes, or somebody else deletes its session; null: never. */
  readonly vanishAfterS: number | null;
  readonly deletedAfterS: number | null;
  readonly outputsOutS: number;
  /** Of those that control planes ring for themselves. */
  readonly pulseLost: number;
  /** From the store's work to its answer, at most. */
  readonly storeMs: number;
  /** How long its machines take to end. */
  readonly endMs: number;
  readonly wasThere: boolean;
}

/** Faults, cancels and deaths come within this time. */
const TROUBLE_S = 200;
/** All attempts with their limits, back-offs and tear-downs take less. */
const QUIET_S = 1_500;

/** Lets one job live from its seed until it has finished, and looks whether its end is true; one control plane after the other dies meanwhile. */
export async function simulateJobs(
  seed: number,
  { print = null, without = new Set() }: SimulateOptions = {},
): Promise<Outcome> {
  const plan = drawPlan(new Random(seed, 'job'), without);
  print?.(`seed ${seed}: ${JSON.stringify(plan)}`);
  const faults = new Random(seed, 'faults of jobs');
  const pulses = new Random(seed, 'pulses');
  const answers = new Random(seed, 'answers');
  let healed = false;
  await using world = await JobWorld.open({
    scriptOf: (attempt, command) => drawScript(new Random(seed, `${attempt} ${command}`)),
    deaths: plan.deaths,
    endMs: plan.endMs,
    losesPulse: () => pulses.chance(plan.pulseLost),
    ...(plan.storeMs > 0 ? { storeMs: () => answers.between(0, plan.storeMs) } : {}),
    fault: () => (healed || faults.between(0, 99) >= plan.faulty ? null : faults.pick(FAULTS)),
  });
  if (plan.wasThere) world.outputs.write(OUTPUT);
  world.outputs.outUntil = world.clock.now() + plan.outputsOutS * 1_000;
  // What was stored although nobody was answered is a job like every other.
  const job = (await world.submit(documentOf(plan)).catch(() => null)) ?? (await world.stored());
  if (plan.cancelFirst && job !== null)
    world.onRestart = () => world.askCancel(job.id).catch(() => undefined);
  if (job !== null) await getInTrouble(world, plan, job.id);
  healed = true;
  if (job !== null) await world.pass(QUIET_S, async () => (await world.job(job.id)).state === 'finished');
  await world.pass(120);
  const ended = job === null ? null : await world.job(job.id);
  const wrongs = [...world.wrongs, ...world.errors.map(String), ...(await checkJob(world, plan, ended))];
  for (const line of [...world.commands.executed, ...wrongs]) print?.(line);
  if (ended !== null) print?.(JSON.stringify([ended.past.map(({ cause }) => cause), ended.events], null, 1));
  const ms = world.clock.steady();
  const hash = hashText(JSON.stringify([ended, world.commands.executed])).toString(16);
  const [what] = wrongs;
  const at = { step: 0, at: ms };
  const violation = what === undefined ? undefined : ({ id: 'SIM-JOB', invariant: 2, what, ...at } as const);
  return {
    seed,
    parts: ['deaths', 'faults', 'cancel', 'vanish'],
    profile: 'job',
    steps: ms / 1_000,
    ms,
    hash,
    violation,
  };
}

async function getInTrouble(world: JobWorld, plan: JobPlan, id: string): Promise<void> {
  const { vanishAfterS, deletedAfterS, cancelAfterS } = plan;
  const { machines } = world.provider;
  for (let second = 0; second < TROUBLE_S; second += 1) {
    if (second === vanishAfterS) for (const machine of machines.alive()) machines.vanish(machine.id);
    if (second === deletedAfterS) await world.deleteSessions().catch(() => undefined);
    if (cancelAfterS !== null && second >= cancelAfterS) await cancelOnce(world, id);
    await world.pass(1);
  }
}

const FAULTS: readonly FakeFault[] = [
  { kind: 'error', error: 'transient' },
  { kind: 'error', error: 'capacity' },
  { kind: 'lost_answer', effectAfterMs: 3_000 },
  { kind: 'lost_request' },
  { kind: 'slow', ms: 4_000 },
];

/** Each is drawn, also what is left out, so that leaving one out does not change the others. */
function drawPlan(random: Random, without: ReadonlySet<string>): JobPlan {
  const deaths = Array.from({ length: random.between(0, 4) }, () => drawDeath(random));
  const faulty = random.pick([0, 0, 25]);
  const cancelAfterS = random.pick([null, null, random.between(0, 60)]);
  const vanishAfterS = random.pick([null, null, null, random.between(1, 25)]);
  const deletedAfterS = random.pick([null, null, random.between(3, 20)]);
  const cancelFirst = random.chance(0.5);
  const pulseLost = random.pick([0, 0.5, 1]);
  const storeMs = random.pick([0, 0, 400]);
  const endMs = random.pick([1_000, 15_000]);
  return {
    attempts: random.between(1, 3),
    timeoutS: random.pick([45, 600]),
    outputsOutS: random.pick([0, 0, random.between(0, 20)]),
    pulseLost,
    storeMs,
    endMs,
    wasThere: random.chance(0.7),
    deaths: without.has('deaths') ? [] : deaths,
    faulty: without.has('faults') ? 0 : faulty,
    cancelAfterS: without.has('cancel') ? null : cancelAfterS,
    cancelFirst: !without.has('cancel') && cancelFirst,
    vanishAfterS: without.has('vanish') ? null : vanishAfterS,
    deletedAfterS: without.has('vanish') ? null : deletedAfterS,
  };
}

/** Most moments of consequence are those at which something was just asked for. */
function drawDeath(random: Random): Death {
  const when = random.pick(['before', 'after'] as const);
  if (random.chance(0.5)) return { method: 'insert', write: random.between(1, 4), when };
  return { write: random.between(1, random.pick([6, 40])), when };
}

/** Most commands do what they should. */
function drawScript(random: Random): CommandScript {
  return {
    seconds: random.pick([1, 1, 5, 100]),
    end: random.pick([0, 0, 0, 0, 0, 3, 'lost'] as const),
    lateSeconds: random.pick([1, 30]),
    writes: random.chance(0.45),
  };
}

function documentOf({ attempts, timeoutS }: JobPlan): object {
  return {
    session: { provider: 'fake' },
    commands: ['./prepare.sh', './run.sh'],
    outputs: [{ s3: OUTPUT, newerThan: 'start', wait: '2s' }],
    timeout: `${timeoutS}s`,
    deadline: '20m',
    retry: { attempts, backoff: '1s' },
  };
}

/** Until it was heard. */
async function cancelOnce(world: JobWorld, id: string): Promise<void> {
  const job = await world.job(id);
  if (job.cancel === null && job.state !== 'finished') await world.cancel(id).catch(() => undefined);
}
