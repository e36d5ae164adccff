import { createHash } from 'node:crypto';
import type { RunCreate } from '@errand/contract';
import {
  type Clock,
  type Command,
  createRun,
  DEFAULTS,
  ErrandError,
  type HandedRun,
  type Idempotency,
  type Ids,
  LIMITS,
  type LogStore,
  mayTouch,
  type Notifier,
  observeRun,
  type PoolRecord,
  type RunAction,
  type RunRecord,
  type RunSpec,
  type RunStep,
  type RunStore,
} from '@errand/core';
import type { Actor } from '../actor.ts';
import type { Offers } from '../agents/offers.ts';
import { type CallScriptParts, callScript, type ScriptedRun } from '../scripts/call-script.ts';
import { announce } from './change-run.ts';
import { NO_VARIABLES, poolVariables, runEnvironment, type Variables } from './run-environment.ts';
import { inputRef } from './run-input.ts';
import { inSession, placeOf, type RunPlace, type RunPlaceParts } from './run-place.ts';

export interface SubmitRunParts extends RunPlaceParts {
  readonly runs: Pick<RunStore, 'insert' | 'insertFor' | 'get'>;
  readonly logs: Pick<LogStore, 'append'>;
  readonly notifier: Pick<Notifier, 'pulse'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly offers: Pick<Offers, 'take' | 'giveBack'>;
  readonly seal: (plain: string) => string;
  readonly calling: CallScriptParts;
  /** Id of the control plane's own agent; null where it has none. */
  readonly ownAgentId: () => string | null;
}

export interface Submission {
  readonly request: RunCreate;
  readonly idempotencyKey: string | null;
}

/** Makes a run, or returns the one that the same Idempotency-Key made before. */
export async function submitRun(
  parts: SubmitRunParts,
  actor: Actor,
  submission: Submission,
): Promise<RunRecord> {
  const { request } = submission;
  const scripted = await scriptedRun(parts, actor, request);
  const place = await placeOf(parts, actor, { request, scripted });
  const { pool, target } = place;
  const record = inSession(newRun(parts, { actor, request, scripted }, place), target);
  return await insert(
    parts,
    submission,
    await withInput(parts, request, startedByCaller(parts, pool, record)),
  );
}

/** What the script makes of the submission; null where it names none. */
export async function scriptedRun(
  { calling }: SubmitRunParts,
  actor: Actor,
  request: RunCreate,
): Promise<ScriptedRun | null> {
  if (request.script === undefined) return null;
  return await callScript(calling, { actor, owner: ownerOf(actor, request) }, request);
}

/** The record of a run that nobody has stored yet. */
export function newRun(
  parts: SubmitRunParts,
  asked: Asked,
  { pool, agentId, group, target, now }: RunPlace,
): RunRecord {
  const { actor, request } = asked;
  const { concurrencyKey: key, concurrency: limit = 1 } = request;
  return createRun(
    {
      id: parts.ids.next('run', now),
      owner: ownerOf(actor, request),
      createdBy: actor.id,
      name: request.name ?? null,
      tags: [...new Set(request.tags)],
      spec: specOf(parts, asked, [poolVariables(pool, request), target ?? NO_VARIABLES]),
      pool: pool.name,
      agentId,
      // They have chosen the agents of a group already.
      labels: agentId === null ? { ...request.labels, ...asked.scripted?.labels } : {},
      concurrency: key === undefined ? null : { key, limit },
      group,
      priority: request.priority,
    },
    now,
  );
}

async function insert(parts: SubmitRunParts, submission: Submission, queued: RunRecord): Promise<RunRecord> {
  const { request, idempotencyKey } = submission;
  const fingerprint = idempotencyKey === null ? '' : fingerprintOf(request);
  const idempotency = idempotencyKey === null ? null : { key: idempotencyKey, fingerprint };
  const inserted = await insertOrHand(parts, queued, idempotency);
  if (inserted.kind === 'handed') return inserted.run;
  if (inserted.kind === 'inserted') {
    const actions: RunAction[] = [{ kind: 'serve_pool', pool: queued.pool }];
    announce(parts.notifier, { kind: 'next', run: queued, actions });
    return queued;
  }
  if (inserted.fingerprint !== fingerprint) {
    throw new ErrandError(
      'conflict',
      'this Idempotency-Key was used for another request; use a new one for a new run',
    );
  }
  const earlier = await parts.runs.get(inserted.runId);
  if (earlier === null)
    throw new ErrandError('gone', 'the run that this Idempotency-Key made is no longer kept');
  return earlier;
}

/** Made and leased in one write, where an agent waits for a run and nothing is in the way of this one. */
async function insertOrHand(
  { runs, offers, notifier }: SubmitRunParts,
  queued: RunRecord,
  idempotency: Idempotency | null,
): Promise<HandedRun> {
  const offer = queued.state === 'queued' ? offers.take(queued) : null;
  if (offer === null) return await runs.insert(queued, idempotency);
  const { agentId, labels, leaseMs, lostAfterMs } = offer;
  const fact = { kind: 'leased', agentId, leaseMs, lostAfterMs, now: queued.createdAt } as const;
  const lease = (run: RunRecord): RunRecord => stepped(observeRun(run, fact));
  let handed: RunRecord | null = null;
  try {
    const inserted = await runs.insertFor(queued, idempotency, { agentId, labels, lease });
    if (inserted.kind === 'handed') handed = inserted.run;
    return inserted;
  } finally {
    if (handed === null) offers.giveBack(offer);
    else {
      announce(notifier, { kind: 'next', run: handed, actions: [] });
      offer.deliver(handed);
    }
  }
}

function fingerprintOf(request: RunCreate): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}

/** The owner of what is submitted. */
export function ownerOf(actor: Actor, { owner = actor.owner }: RunCreate): string {
  if (mayTouch(actor, owner)) return owner;
  throw new ErrandError('forbidden', `this key acts for ${actor.owner}, not for ${owner}`);
}

interface Asked {
  readonly actor: Actor;
  readonly request: RunCreate;
  readonly scripted: ScriptedRun | null;
}

/** `around`: the variables of the place where it goes. */
function specOf(
  parts: SubmitRunParts,
  { actor, request, scripted }: Asked,
  around: readonly Variables[],
): RunSpec {
  if (request.caller && !actor.local) {
    throw new ErrandError('invalid', 'caller is only for a command line on the socket of the data folder');
  }
  if (request.caller && scripted !== null)
    throw new ErrandError('invalid', 'caller is for commands; an agent executes a script');
  const sealed = (secrets: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, parts.seal(value)]));
  return {
    command: scripted?.command ?? commandOf(request),
    script: scripted?.script ?? null,
    ...runEnvironment(
      ...around,
      { env: scripted?.env ?? {}, sealedEnv: {} },
      { env: request.env, sealedEnv: sealed(request.secretEnv) },
      // Secret arguments are what the script was called with, whatever else says so.
      { env: {}, sealedEnv: sealed(scripted?.secretEnv) },
    ),
    cwd: request.cwd ?? null,
    stdin: stdinOf(request),
    timeoutMs: request.timeout ?? scripted?.timeoutMs ?? null,
    queueTimeoutMs: request.queueTimeout ?? DEFAULTS.queueTimeoutMs,
    maxLogBytes: request.maxLog ?? DEFAULTS.maxLogBytes,
    graceMs: request.grace ?? DEFAULTS.graceMs,
    keepChildren: request.keepChildren,
    tty: request.tty ?? null,
    retry: {
      attempts: request.retry?.attempts ?? 1,
      on: request.retry?.on ?? [],
      backoffMs: request.retry?.backoff ?? 0,
    },
    caller: request.caller,
    session: null,
    ...(request.artifacts === undefined || request.artifacts.length === 0
      ? {}
      : { artifacts: [...new Set(request.artifacts)] }),
  };
}

function commandOf({ command, shell }: RunCreate): Command {
  return command === undefined ? { kind: 'shell', text: shell ?? '' } : { kind: 'argv', argv: command };
}

function stdinOf({ caller, stdin, tty }: RunCreate): RunSpec['stdin'] {
  if (caller) return 'caller';
  return stdin === undefined && tty === undefined ? 'none' : 'stream';
}

/** Input given with the request is written as if it had been streamed, and closed. */
export async function withInput(
  parts: SubmitRunParts,
  { stdin }: RunCreate,
  run: RunRecord,
): Promise<RunRecord> {
  if (stdin === undefined || stdin === 'stream') return run;
  const bytes = 'text' in stdin ? Buffer.from(stdin.text) : Buffer.from(stdin.base64, 'base64');
  if (bytes.length > LIMITS.stdinInlineBytes) {
    const most = `at most ${LIMITS.stdinInlineBytes} bytes of input may come with the request`;
    throw new ErrandError(
      'too_large',
      `${most}; ask for stdin: "stream" and write the rest to /v1/runs/{id}/input`,
    );
  }
  const time = run.createdAt;
  if (bytes.length > 0)
    await parts.logs.append(inputRef(run.id), [{ offset: 0, stream: 'stdout', time, bytes }]);
  return { ...run, inputEnd: bytes.length };
}

/** The submitting command line is the executor: the answer to its submission is its permission to start, once. */
function startedByCaller(parts: SubmitRunParts, pool: PoolRecord, run: RunRecord): RunRecord {
  if (!run.spec.caller) return run;
  checkUnlimited(pool, run);
  const agentId = parts.ownAgentId();
  if (agentId === null) throw new ErrandError('unavailable', 'this control plane has no agent of its own');
  const now = run.createdAt;
  const lease = {
    kind: 'leased',
    agentId,
    leaseMs: DEFAULTS.leaseMs,
    lostAfterMs: pool.lostAfterMs,
    now,
  } as const;
  const leased = stepped(observeRun(run, lease));
  return {
    ...stepped(observeRun(leased, { kind: 'starting', token: leased.token, claimant: null, now })),
    version: 1,
  };
}

/** Its command is started by the answer to the submission, so it cannot wait for a turn. */
function checkUnlimited({ name, paused, limit, limitPerKey }: PoolRecord, run: RunRecord): void {
  if (paused)
    throw new ErrandError('conflict', `the pool ${name} is paused; errand pool resume ${name} lets it go on`);
  const waits = limit !== null || limitPerKey !== null || run.concurrency !== null;
  if (!waits && Object.keys(run.labels).length === 0) return;
  const why = 'it has limits or labels, so it must wait for its turn in the queue';
  throw new ErrandError('conflict', `${why}; name the agent (--agent ${name}) and the server starts it`);
}

function stepped(step: RunStep): RunRecord {
  if (step.kind === 'next') return step.run;
  throw new Error(`RUN-3: a new run answered ${step.kind}`);
}
