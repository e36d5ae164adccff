import type { Run } from '@errand/contract';
import {
  type Attempt,
  describeEnd,
  type EndReason,
  ownLabels,
  type PastAttempt,
  type ResultView,
  type RunRecord,
  signalName,
  statusOf,
} from '@errand/core';

/** A run as the API shows it: the only translation from record to wire. `why` is a sentence on what it waits for. */
export function presentRun(run: RunRecord, why: string | null = null): Run {
  const { spec, attempt } = run;
  return {
    id: run.id,
    name: run.name,
    status: statusOf(run),
    why,
    owner: run.owner,
    createdBy: run.createdBy,
    pool: run.pool,
    session: spec.session ?? run.attempt?.session ?? null,
    agent: attempt?.agentId ?? run.agentId,
    labels: { ...ownLabels(run.labels) },
    concurrency: run.concurrency,
    group: run.group?.id ?? null,
    command: spec.command.kind === 'argv' ? [...spec.command.argv] : null,
    shell: spec.command.kind === 'shell' ? spec.command.text : null,
    script: presentCall(run),
    env: { ...spec.env },
    secretEnv: Object.keys(spec.sealedEnv),
    cwd: spec.cwd,
    stdin: spec.stdin,
    tty: spec.tty !== null,
    tags: [...run.tags],
    priority: run.priority,
    timeoutMs: spec.timeoutMs,
    queueTimeoutMs: spec.queueTimeoutMs,
    graceMs: spec.graceMs,
    maxLogBytes: spec.maxLogBytes,
    keepChildren: spec.keepChildren,
    artifacts: [...(spec.artifacts ?? [])],
    kept: run.end?.artifacts ?? null,
    retry: { attempts: spec.retry.attempts, on: [...spec.retry.on], backoffMs: spec.retry.backoffMs },
    attempt: run.token,
    attempts: [...run.past.map(pastAttempt), ...(attempt === null ? [] : [presentAttempt(run, attempt)])],
    createdAt: time(run.createdAt),
    queuedAt: time(run.queuedAt),
    startedAt: timeOrNull(attempt?.startedAt ?? attempt?.startingAt),
    endedAt: timeOrNull(run.end?.at),
    cancelRequestedAt: timeOrNull(run.cancel?.at),
    end: run.end === null ? null : presentEnd(run.end.reason, run.cancel?.why),
    amendedAt: timeOrNull(run.end?.amendedAt),
    exitCode: run.end === null ? null : describeEnd(run.end.reason).exitCode,
    log: run.end?.log ?? null,
    hasResult: run.end?.result?.kind === 'kept',
    resultProblem: run.end?.result?.kind === 'invalid' ? run.end.result.why : null,
    resultView: mutable(spec.script?.result?.view ?? null),
  };
}

function presentCall({ spec: { script } }: RunRecord): Run['script'] {
  if (script == null) return null;
  const { name, args, secretArgs, sha256, source } = script;
  return { name, args: { ...args }, secretArgs: [...secretArgs], sha256, source };
}

/** Answers are written, never changed; only the types of the schemas do not say so. */
function mutable(view: ResultView | null): Run['resultView'] {
  return view as Run['resultView'];
}

function pastAttempt(past: PastAttempt): Run['attempts'][number] {
  return {
    attempt: past.token,
    agentId: past.agentId,
    startedAt: timeOrNull(past.startedAt),
    endedAt: time(past.endedAt),
    end: past.reason === null ? null : presentEnd(past.reason),
    log: past.log,
    superseded: past.superseded === null ? null : presentEnd(past.superseded),
  };
}

function presentAttempt(run: RunRecord, attempt: Attempt): Run['attempts'][number] {
  return {
    attempt: attempt.token,
    agentId: attempt.agentId,
    startedAt: timeOrNull(attempt.startedAt ?? attempt.startingAt),
    endedAt: timeOrNull(run.end?.at),
    end: run.end === null ? null : presentEnd(run.end.reason),
    log: run.end?.log ?? null,
    superseded: null,
  };
}

/** How an attempt ended. */
export function presentEnd(reason: EndReason, why: string | null = null): NonNullable<Run['end']> {
  const { sentence, exitCode } = describeEnd(reason);
  return {
    reason: reason.kind,
    sentence: why === null ? sentence : `${sentence} ${why}`,
    exitCode,
    code: reason.kind === 'exited' ? reason.code : null,
    signal: reason.kind === 'signaled' ? signalName(reason.signal) : null,
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOrNull(ms: number | null | undefined): string | null {
  return ms == null ? null : time(ms);
}
