import type { JobAttempt, JobRecord } from '@errand/core';
import type { JobWorld } from './job-world.ts';
import { OUTPUT } from './job-world.ts';
import type { JobPlan } from './simulate-jobs.ts';

/** What an attempt may outlast its limit, or a job its deadline, until it is torn down. */
const LATE_MS = 60_000;
/** After this nothing is in the way of its end. */
const TROUBLE_MS = 200_000;

/** What is not true of the end of a job, in sentences, beside what was really executed and written. */
export async function checkJob(
  world: JobWorld,
  plan: JobPlan,
  job: JobRecord | null,
): Promise<readonly string[]> {
  const alive = world.provider.machines.alive().map(({ id }) => `${id} lives on`);
  if (job === null) return alive;
  if (job.state !== 'finished' || job.end === null) return [`the job is ${job.state}`, ...alive];
  const last = job.past.at(-1);
  const { cause } = job.end;
  const wrongs = [...alive, ...job.past.flatMap((attempt) => checkAttempt(world, plan, { job, attempt }))];
  if (job.past.length > plan.attempts) wrongs.push(`there were ${job.past.length} attempts`);
  if ((cause === null) !== (last?.cause === null)) wrongs.push('its end is not that of its last attempt');
  if (cause?.kind === 'canceled' && job.cancel === null) wrongs.push('nobody canceled it');
  if (job.cancel !== null && cause !== null && cause.kind !== 'canceled')
    wrongs.push(`somebody canceled it, but it ended as ${cause.kind}`);
  const wanted = job.cancel === null ? Infinity : Math.max(job.cancel.at, job.createdAt + TROUBLE_MS);
  if (job.end.at - wanted > 2 * LATE_MS) wrongs.push('it went on for long after it was canceled');
  if (cause?.kind === 'infrastructure' && last?.cause?.kind !== 'infrastructure')
    wrongs.push('it was given up, though its session could be ended');
  if (job.past.slice(0, -1).some((attempt) => attempt.cause === null))
    wrongs.push('it was tried again after it had succeeded');
  if (job.cancel !== null && (last?.startedAt ?? 0) > job.cancel.at) wrongs.push('it went on after a cancel');
  if (job.end.at - job.createdAt > 20 * 60_000 + 5 * LATE_MS) wrongs.push('it is later than its deadline');
  if (cause === null && ![...world.outputs.documents.keys()].includes(`errand-${job.id}.json`))
    wrongs.push('its document does not lie beside the output');
  return wrongs;
}

interface Looked {
  readonly job: JobRecord;
  readonly attempt: JobAttempt;
}

function checkAttempt(world: JobWorld, plan: JobPlan, { job, attempt }: Looked): readonly string[] {
  const { number, cause, startedAt, endedAt, beganAt } = attempt;
  const wrongs: string[] = [];
  const wrong = (what: string): void => void wrongs.push(`attempt ${number}: ${what}`);
  const commands = world.commands.ofAttempt(job.id, number);
  const written = world.outputs.writtenAt(OUTPUT);
  const wrote = beganAt !== null && written.some((at) => at >= beganAt && at <= (endedAt ?? Infinity));
  if ((endedAt ?? 0) - startedAt > plan.timeoutS * 1_000 + LATE_MS) wrong('it went on beyond its limit');
  // One that was called lost has ended well all the same, which may have been heard in time.
  const bad = commands.find(({ command, script }) => script.end === 3 && command + 1 < commands.length);
  if (bad !== undefined) wrong(`command ${bad.command} did not succeed, but another followed`);
  if (cause === null) {
    const succeeded = commands.filter(({ script }) => script.end !== 3).length;
    if (succeeded < job.spec.commands.length) wrong('not every command has succeeded');
    if (!wrote) wrong('it succeeded without a new output');
  }
  if (cause?.kind === 'command' && commands[cause.command]?.script.end !== 3)
    wrong(`command ${cause.command} is said to have failed, but did not: ${JSON.stringify(cause)}`);
  const { kind } = cause ?? {};
  if ((kind === 'output_stale' || kind === 'output_missing') && wrote) wrong(`${kind}, but it is there`);
  const goes = plan.vanishAfterS !== null || plan.deletedAfterS !== null;
  if (kind === 'lost' && !goes && !commands.some(({ script }) => script.end === 'lost'))
    wrong('nothing was lost');
  const troubled = plan.faulty > 0 || goes || plan.outputsOutS > 0;
  if (kind === 'infrastructure' && !troubled) wrong(`nothing failed beside it: ${JSON.stringify(cause)}`);
  const slow = commands.some(({ script }) => script.seconds + 20 > plan.timeoutS);
  if (kind === 'timed_out' && !slow && plan.faulty === 0 && plan.outputsOutS === 0)
    wrong('nothing took as long as its limit');
  return wrongs;
}
