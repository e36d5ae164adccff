import type { AgentRecord, PoolRecord } from '../agent/record.ts';
import type { GroupRecord } from '../group/record.ts';
import type { KeyRecord } from '../key/record.ts';
import { createRun } from '../run/create.ts';
import { observeRun, type RunFact } from '../run/observe.ts';
import type { RunRecord, RunSpec } from '../run/record.ts';
import { type RunIntent, requestRun } from '../run/request.ts';
import type { ScriptRecord } from '../script/record.ts';
import { createSession } from '../session/create.ts';
import { observeSession, type SessionFact } from '../session/observe.ts';
import type { SessionLimits, SessionRecord, SessionSpec } from '../session/record.ts';

/** What a run executes when a test does not care. */
export function aSpec(change: Partial<RunSpec> = {}): RunSpec {
  return {
    command: { kind: 'argv', argv: ['true'] },
    env: {},
    sealedEnv: {},
    cwd: null,
    stdin: 'none',
    timeoutMs: null,
    queueTimeoutMs: 60_000,
    maxLogBytes: 1_000_000,
    graceMs: 1_000,
    keepChildren: false,
    tty: null,
    retry: { attempts: 1, on: [], backoffMs: 0 },
    caller: false,
    session: null,
    script: null,
    ...change,
  };
}

/** A queued run of `acme/user-1` in the pool `default`; every one has an id of its own. */
export function aRun(change: Partial<RunRecord> = {}): RunRecord {
  made += 1;
  const submitted = {
    id: change.id ?? `run_${String(made).padStart(26, '0')}`,
    owner: 'acme/user-1',
    createdBy: 'key_1',
    name: null,
    tags: [],
    spec: aSpec(),
    pool: 'default',
    agentId: null,
    labels: {},
    concurrency: null,
    group: null,
    priority: 0,
  };
  return { ...createRun(submitted, change.createdAt ?? 1_000), ...change };
}

let made = 0;

/** The record after a fact; fails where the fact changes nothing. */
export function observed(run: RunRecord, fact: RunFact): RunRecord {
  const step = observeRun(run, fact);
  if (step.kind !== 'next') throw new Error(`${fact.kind} of a ${run.state} run is ${step.kind}`);
  return step.run;
}

/** The record after a wish; fails where the wish changes nothing. */
export function requested(run: RunRecord, intent: RunIntent): RunRecord {
  const step = requestRun(run, intent);
  if (step.kind !== 'next') throw new Error(`${intent.kind} of a ${run.state} run is ${step.kind}`);
  return step.run;
}

/** The run as an agent has just claimed it. */
export function leased(run: RunRecord, agentId = 'agent_1', now: number = run.notBefore): RunRecord {
  return observed(run, { kind: 'leased', agentId, leaseMs: 30_000, lostAfterMs: 300_000, now });
}

/** The claimed run behind the door. */
export function running(run: RunRecord, agentId = 'agent_1', now: number = run.notBefore): RunRecord {
  const held = leased(run, agentId, now);
  const open = observed(held, { kind: 'starting', token: held.token, claimant: 'c', now });
  return observed(open, { kind: 'started', token: open.token, at: now });
}

/** The run after its command exited. */
export function finished(run: RunRecord, now: number = run.notBefore, code = 0): RunRecord {
  const live = running(run, 'agent_1', now);
  const reason = { kind: 'exited', code } as const;
  return observed(live, { kind: 'ended', token: live.token, reason, log: null, now });
}

/** A small thing at the fake provider, with limits that a test can wait for. */
export function aSessionSpec(change: Partial<SessionSpec> = {}): SessionSpec {
  return {
    provider: 'fake',
    image: null,
    size: null,
    cpus: null,
    memoryBytes: null,
    command: null,
    env: {},
    sealedEnv: {},
    ports: [],
    volumes: [],
    health: null,
    pool: null,
    agent: null,
    options: {},
    limits: sessionLimits(),
    ...change,
  };
}

export function sessionLimits(change: Partial<SessionLimits> = {}): SessionLimits {
  return {
    leaseMs: 600_000,
    createMs: 120_000,
    readyMs: 60_000,
    stopMs: 30_000,
    lifeMs: 7_200_000,
    idleMs: 300_000,
    unusedMs: 3_600_000,
    ...change,
  };
}

/** A requested session of `acme/user-1`; every one has an id and a subdomain of its own. */
export function aSession(change: Partial<SessionRecord> = {}): SessionRecord {
  made += 1;
  const asked = {
    id: change.id ?? `ses_${String(made).padStart(26, '0')}`,
    owner: 'acme/user-1',
    createdBy: 'key_1',
    name: null,
    tags: [],
    template: null,
    subdomain: `brisk-otter${made}`,
    spec: aSessionSpec(),
  };
  return { ...createSession(asked, change.createdAt ?? 1_000), ...change };
}

/** The session after these facts, each of which must change it. */
export function sessionAfter(session: SessionRecord, ...facts: readonly SessionFact[]): SessionRecord {
  return facts.reduce((present, fact) => {
    const step = observeSession(present, fact);
    if (step.kind !== 'next') throw new Error(`${fact.kind} of a ${present.state} session is ${step.kind}`);
    return step.session;
  }, session);
}

/** The session as it is once its provider and its health check were content. */
export function readySession(session: SessionRecord, now: number = session.createdAt): SessionRecord {
  const key = `${session.id}-${session.launches + 1}`;
  return sessionAfter(
    session,
    { kind: 'launching', now },
    { kind: 'launched', key, handle: { v: 1, data: { machine: key } }, now },
    { kind: 'runs', key, ports: [], agent: null, now },
    { kind: 'healthy', key, now },
  );
}

export function aScript(change: Partial<ScriptRecord> = {}): ScriptRecord {
  made += 1;
  return {
    owner: null,
    name: `script-${made}`,
    sha256: `hash of script ${made}`,
    definition: {
      description: null,
      code: { kind: 'command', argv: ['echo', '{word}'] },
      parameters: { type: 'object', properties: { word: { type: 'string' } } },
      result: null,
      pool: null,
      timeoutMs: null,
      env: {},
    },
    updatedAt: 1_000,
    updatedBy: 'key_1',
    ...change,
  };
}

export function aKey(change: Partial<KeyRecord> = {}): KeyRecord {
  made += 1;
  return {
    id: `key_${made}`,
    hash: `hash of key ${made}`,
    name: 'a key',
    role: 'member',
    owner: 'acme/user-1',
    createdAt: 1_000,
    expiresAt: null,
    lastUsedAt: null,
    ...change,
  };
}

export function anAgent(change: Partial<AgentRecord> = {}): AgentRecord {
  made += 1;
  return {
    id: `agent_${made}`,
    version: 1,
    name: `agent ${made}`,
    pool: 'default',
    labels: {},
    slots: 64,
    program: '0.1.0',
    adminOnly: false,
    keyId: null,
    nextKeyId: null,
    fixedLabels: {},
    maxSlots: null,
    draining: false,
    revokedAt: null,
    createdAt: 1_000,
    lastSeenAt: 1_000,
    ...change,
  };
}

/** Of all agents of the pool `default` at once; without runs. */
export function aGroup(change: Partial<GroupRecord> = {}): GroupRecord {
  made += 1;
  return {
    id: `group_${String(made).padStart(26, '0')}`,
    version: 1,
    owner: 'acme/user-1',
    createdBy: 'key_1',
    name: null,
    pool: 'default',
    labels: {},
    createdAt: 1_000,
    atOnce: null,
    maxFailures: null,
    cancel: null,
    open: true,
    ...change,
  };
}

export function aPool(change: Partial<PoolRecord> = {}): PoolRecord {
  return {
    name: 'default',
    createdAt: 1_000,
    lostAfterMs: 300_000,
    adminOnly: false,
    paused: false,
    limit: null,
    limitPerKey: null,
    env: {},
    sealedEnv: {},
    launch: null,
    ...change,
  };
}
