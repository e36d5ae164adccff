import { createHash } from 'node:crypto';
import type { AppendPiece, OfferedScript, ReportRequest } from '@errand/contract';
import { ErrandError, newAgent, newPool, observeRun, type RunRecord } from '@errand/core';
import type { Services } from '../../services.ts';
import { appendLog } from '../../use-cases/agents/append-log.ts';
import { PROTOCOL } from '../../use-cases/agents/policy.ts';
import { pollAgent } from '../../use-cases/agents/poll-agent.ts';
import { reportFact } from '../../use-cases/agents/report-fact.ts';
import { sayHello } from '../../use-cases/agents/say-hello.ts';
import { changeRun } from '../../use-cases/runs/change-run.ts';
import type { CloudScriptConfig } from './config.ts';
import { type PostedResult, reasonOf } from './posted-result.ts';

/** The old client ends a script after two minutes and then posts; it says nothing in between. */
const LEASE_MS = 180_000;
const NAME = 'old-clients';
/** Together: each takes one job per heartbeat. */
const SLOTS = 1_000;
const PIECE_BYTES = 1_000_000;

/** A job on its way to an old client. */
export interface Job {
  readonly runId: string;
  readonly script: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * All old clients of one pool, as one agent that offers the configured scripts. They cannot be told apart (they name themselves nowhere) and cannot be
 * told anything but a job; what one of them took and never brought back ends as lost.
 */
export class OldClients {
  readonly #services: Services;
  readonly #config: CloudScriptConfig;
  readonly #agentId: string;

  constructor(services: Services, config: CloudScriptConfig) {
    this.#services = services;
    this.#config = config;
    const digits = createHash('sha256').update(`cloud-script ${config.pool}`).digest('hex').slice(0, 26);
    this.#agentId = `agent_${digits}`;
  }

  /** Makes pool and agent, so that jobs can wait for clients that have not come yet. Repeatable. */
  async start(): Promise<void> {
    const { store, clock, hello } = this.#services;
    const { pool } = this.#config;
    const now = clock.now();
    await store.agents.ensurePool(newPool({ name: pool, createdAt: now, adminOnly: false }));
    if ((await store.agents.get(this.#agentId)) === null)
      await store.agents.put(newAgent({ id: this.#agentId, name: NAME, pool, slots: SLOTS, createdAt: now }));
    await sayHello(hello, this.#agentId, {
      protocol: PROTOCOL,
      name: NAME,
      labels: {},
      slots: SLOTS,
      program: 'cloud-script',
      scripts: this.#config.scripts.map(offered),
      onlyScripts: true,
    });
  }

  /** The oldest job, now given to whoever asked; null: there is none. */
  async take(signal: AbortSignal): Promise<Job | null> {
    const { polling, reporting, changing, clock, submit } = this.#services;
    // Two heartbeats at once may be shown the same lease; the door lets one of them through.
    const claimant = submit.ids.secret(16);
    for (;;) {
      const request = { agentId: this.#agentId, free: 1, held: [], waitMs: 0, modules: [] };
      const [lease] = (await pollAgent(polling, request, signal)).leases;
      if (lease === undefined) return null;
      const { runId, token, script } = lease;
      const name = { runId, token, claimant };
      const door = await reportFact(reporting, this.#agentId, { ...name, fact: { kind: 'starting' } });
      if (door.kind === 'superseded') continue;
      if (script?.source !== 'offered') {
        await this.#refuse(name);
        continue;
      }
      const now = clock.now();
      await reportFact(reporting, this.#agentId, { ...name, fact: { kind: 'started', at: now } });
      const longer = { kind: 'renewed', token, leaseMs: LEASE_MS, now } as const;
      await changeRun(changing, runId, (run) => observeRun(run, longer));
      return { runId, script: script.name, args: script.args };
    }
  }

  /** The end of a job. Repeatable: the first one counts. Throws `not_found` for what no old client was given. */
  async bring(run: RunRecord, posted: PostedResult): Promise<void> {
    const { appending, reporting } = this.#services;
    const attempt = [run.attempt, ...run.past].find((each) => each?.agentId === this.#agentId);
    if (attempt == null) throw new ErrandError('not_found', 'there is no such job');
    if (run.end !== null && run.end.reason.kind !== 'lost') return;
    const name = { runId: run.id, token: attempt.token, claimant: attempt.claimant ?? '' };
    const now = this.#services.clock.now();
    const pieces = piecesOf(posted, now);
    for (const piece of pieces) await appendLog(appending, this.#agentId, { ...name, pieces: [piece] });
    await reportFact(reporting, this.#agentId, {
      ...name,
      fact: {
        kind: 'ended',
        reason: reasonOf(posted),
        log: logEndOf(pieces),
        result: posted.json === null ? null : { json: posted.json },
      },
    });
  }

  async #refuse(name: Omit<ReportRequest, 'fact'>): Promise<void> {
    const why = 'the clients of this pool run scripts by name, nothing else';
    const reason = { kind: 'refused', why } as const;
    const fact = { kind: 'ended', reason, log: null, result: null } as const;
    await reportFact(this.#services.reporting, this.#agentId, { ...name, fact });
  }
}

function piecesOf({ stdout, stderr }: PostedResult, time: number): AppendPiece[] {
  const pieces: AppendPiece[] = [];
  let offset = 0;
  for (const [stream, text] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      pieces.push({ offset, stream, time, bytes: piece });
      offset += piece.length;
    }
  }
  return pieces;
}

function logEndOf(pieces: readonly AppendPiece[]): { bytes: number; sha256: string; truncated: null } {
  const hash = createHash('sha256');
  for (const { bytes } of pieces) hash.update(bytes);
  const last = pieces.at(-1);
  return {
    bytes: last === undefined ? 0 : last.offset + last.bytes.length,
    sha256: hash.digest('hex'),
    truncated: null,
  };
}

function offered(script: CloudScriptConfig['scripts'][number]): OfferedScript {
  const { name, description, result } =
    typeof script === 'string' ? { name: script, description: undefined, result: null } : script;
  return {
    name,
    description: description ?? 'Lies beside the old clients of this pool',
    // What a caller adds travels with the job; the old client passes it over.
    parameters: { type: 'object', additionalProperties: true },
    result: { from: 'stdout', schema: result?.schema ?? null, view: result?.view ?? null },
    sha256: createHash('sha256').update(name).digest('hex'),
  };
}
