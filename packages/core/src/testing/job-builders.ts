import { createJob } from '../job/create.ts';
import { type JobFact, observeJob } from '../job/observe.ts';
import type { JobOutput, JobRecord, JobSpec } from '../job/record.ts';
import { JOB_RETRY_CAUSES } from '../vocabulary/job-cause.ts';

let made = 0;

/** Two commands, no outputs, one attempt; its session is deleted. */
export function aJobSpec(change: Partial<JobSpec> = {}): JobSpec {
  return {
    session: { provider: 'fake' },
    commands: [
      { text: './prepare.sh', request: { shell: './prepare.sh' } },
      { text: './run.sh', request: { shell: './run.sh' } },
    ],
    outputs: [],
    timeoutMs: 3_600_000,
    deadlineMs: 36_000_000,
    retry: { attempts: 1, on: JOB_RETRY_CAUSES, backoffMs: 10_000, rate: 2, maxMs: 25_000 },
    finish: { kind: 'delete', lifeMs: 3_600_000 },
    ...change,
  };
}

export function anOutput(change: Partial<JobOutput> = {}): JobOutput {
  const target = { kind: 'file', path: 'out.txt' } as const;
  return { target, newerThanStart: false, minBytes: null, checksum: null, waitMs: 30_000, ...change };
}

/** A queued job of `acme/user-1`; every one has an id of its own. */
export function aJob(change: Partial<JobRecord> = {}): JobRecord {
  made += 1;
  const asked = {
    id: change.id ?? `job_${String(made).padStart(26, '0')}`,
    owner: 'acme/user-1',
    createdBy: 'key_1',
    role: 'member',
    name: null,
    tags: [],
    spec: change.spec ?? aJobSpec(),
    document: { commands: ['./prepare.sh', './run.sh'] },
    warnings: [],
  } as const;
  return { ...createJob(asked, change.createdAt ?? 1_000), ...change };
}

/** The job after these facts, each of which must change it. */
export function jobAfter(job: JobRecord, ...facts: readonly JobFact[]): JobRecord {
  return facts.reduce((present, fact) => {
    const step = observeJob(present, fact);
    if (step.kind !== 'next') throw new Error(`${fact.kind} of a ${present.state} job is ${step.kind}`);
    return step.job;
  }, job);
}

/** The job as it is once its present attempt's session is ready. */
export function runningJob(job: JobRecord, now: number = job.createdAt): JobRecord {
  const attempt = job.past.length + 1;
  return jobAfter(
    job,
    { kind: 'session_made', attempt, sessionId: `ses_of_${job.id}_${attempt}`, now },
    { kind: 'session_ready', attempt, before: job.spec.outputs.map(() => null), now },
  );
}

/** The job after its present command ended so. */
export function commandEnded(job: JobRecord, code: number, now: number): JobRecord {
  const attempt = job.past.length + 1;
  const command = job.attempt?.commands.findIndex(({ reason }) => reason === null) ?? 0;
  const about = { attempt, command, runId: `run_${attempt}_${command}`, now };
  return jobAfter(
    job,
    { kind: 'command_made', ...about },
    { kind: 'command_ended', ...about, reason: { kind: 'exited', code } },
  );
}
