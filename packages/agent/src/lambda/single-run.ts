import type { AgentLink, FilesLink, HeldAttempt, Lease, PollAnswer, ReportRequest } from '@errand/contract';

export interface SingleRun {
  /** Takes one run and no second one, and gives its command no more time than there is. */
  readonly link: AgentLink & FilesLink;
  /** Resolves when the run is over for this machine: its end was accepted, or somebody else has it. */
  readonly over: Promise<void>;
  /** The run, once it was given. */
  taken(): Lease | null;
}

interface SingleRunParts {
  readonly only: { readonly id: string; readonly token: number } | undefined;
  readonly endsAt: number;
  readonly now: () => number;
}

/** A command that is told to end gets at most this part of the time that is left for it. */
const GRACE_PART = 4;

/**
 * A control plane as it is seen from a machine that lives for one run. `only`: the attempt that it is there for; undefined: the first that it is given.
 * `endsAt`: when its command must have ended, in ms since 1970 by this machine's clock; the keeper sees to it as to any time limit of a run, so it does not
 * depend on this process.
 */
export function singleRun(
  link: AgentLink & FilesLink,
  { only: wanted, endsAt, now }: SingleRunParts,
): SingleRun {
  const over = Promise.withResolvers<void>();
  let given: Lease | null = null;
  let shortened = false;
  const take = (lease: Lease): Lease => {
    const left = Math.max(1, endsAt - now());
    const graceMs = Math.min(lease.graceMs, Math.trunc(left / GRACE_PART));
    const most = Math.max(1, left - graceMs);
    shortened = lease.timeoutMs === null || lease.timeoutMs > most;
    // A session of one run is this machine: there is no other place on it.
    const { session: _, ...plain } = lease;
    given ??= plain;
    return { ...plain, graceMs, timeoutMs: shortened ? most : lease.timeoutMs };
  };
  const isGiven = ({ runId, token }: Pick<HeldAttempt, 'runId' | 'token'>): boolean =>
    runId === given?.runId && token === given.token;
  const isWanted = ({ runId, token }: Lease): boolean =>
    wanted === undefined || (wanted.id === runId && wanted.token === token);
  const only = (answer: PollAnswer): PollAnswer => {
    if (answer.superseded.some(isGiven)) over.resolve();
    const leases = answer.leases
      .filter((lease) => (given === null ? isWanted(lease) : isGiven(lease)))
      .slice(0, 1);
    return { ...answer, leases: leases.map(take) };
  };
  return {
    over: over.promise,
    taken: () => given,
    // Without the half that speaks of sessions: it hosts none.
    link: {
      hello: (request) => link.hello(request),
      append: (request) => link.append(request),
      grew: (name, size) => link.grew(name, size),
      input: (request, signal) => link.input(request, signal),
      fileContent: (id, signal) => link.fileContent(id, signal),
      fileAnswer: (...answer) => link.fileAnswer(...answer),
      poll: async (request, signal) =>
        only(await link.poll({ ...request, free: given === null ? request.free : 0 }, signal)),
      report: async (request) => {
        const answer = await link.report(shortened ? withTrueReason(request) : request);
        const last = request.fact.kind === 'ended' || request.fact.kind === 'not_executed';
        if (last || answer.kind === 'superseded') over.resolve();
        return answer;
      },
    },
  };
}

/** It was not the run's own time that was over. */
function withTrueReason(request: ReportRequest): ReportRequest {
  const { fact } = request;
  if (fact.kind !== 'ended' || fact.reason.kind !== 'timed_out') return request;
  return { ...request, fact: { ...fact, reason: { kind: 'timed_out', phase: 'machine' } } };
}
