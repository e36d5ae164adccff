import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLink, FilesLink } from '@errand/contract';
import { hostFiles } from '../adapters/host-files.ts';
import { LocalKeepers } from '../adapters/local-keepers.ts';
import { endOrphans } from '../adapters/orphans.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { Agent } from '../agent.ts';
import { type Account, baseEnvironment } from '../environment.ts';
import { httpLink, leave } from '../http-link.ts';
import { joinForOnce } from '../identity.ts';
import { KeeperLine } from '../keeper-line.ts';
import { LinkRefusal } from '../link-refusal.ts';
import { createLocalAgent } from '../local-agent.ts';
import { ModuleHosts } from '../module-host/module-hosts.ts';
import type { Logger } from '../ports.ts';
import type { Invitation } from './invitation.ts';
import { emptyFolder } from './scratch.ts';
import { type SingleRun, singleRun } from './single-run.ts';

export interface WorkerParts {
  /** The folder that commands can write to; all of it is emptied before and after each run. */
  readonly scratch: string;
  readonly keeper: string;
  /** Node and the program of module hosts, where no command can change it. */
  readonly hostCommand: readonly string[];
  readonly account: Account;
  /** Version of this program. */
  readonly program: string;
  readonly log: Logger;
}

/** What became of an invitation. */
export type Served =
  | { readonly outcome: 'served'; readonly runId: string }
  /** Somebody else has it, or it is over: nothing was executed. */
  | { readonly outcome: 'not_needed'; readonly why: string };

/** The agent's own folder in the scratch folder: what lies in it stays, as far as warm hosts of modules need it. */
const OWN = 'errand';
const WARM = ['hosts', 's'];
/** What ending a tree and telling it may take, of the time that an invocation has; of a short one a larger part. */
const TELLING = { part: 0.1, mostMs: 20_000, leastMs: 3_000, mostPart: 0.2 } as const;
/** Of that time, for saying goodbye: the last of it. */
const LEAVING_PART = 8;
/** A control plane that lets an agent in has a run for it. */
const NO_RUN_MS = 60_000;

/**
 * An agent that lives in somebody's function: for each invocation one that joins, executes exactly one run through the keeper, and is gone.
 * Between invocations only the keeper and warm module hosts are left, without a trace of what they executed.
 */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #data: string;
  readonly #keepers: LocalKeepers;
  readonly #hosts: ModuleHosts;

  constructor(parts: WorkerParts) {
    const { scratch, keeper, hostCommand, account, log } = parts;
    this.#parts = parts;
    this.#data = join(scratch, OWN);
    // Whatever an environment that crashed has left.
    emptyFolder(scratch, []);
    mkdirSync(this.#data, { mode: 0o700 });
    const data = this.#data;
    this.#keepers = new LocalKeepers({ binary: keeper, sockets: this.#sockets, data });
    this.#hosts = new ModuleHosts({
      program: { keeper, command: hostCommand },
      files: hostFiles(data),
      line: new KeeperLine(this.#keepers, this.#keepers.own),
      waiting: { clock: systemClock, log, random: Math.random, signal: new AbortController().signal },
      environment: baseEnvironment(account),
    });
  }

  /** One invocation. `remainingMs`: after which its machine is ended. Rejects where nobody could be told what became of the run. */
  async serve(invitation: Invitation, remainingMs: number): Promise<Served> {
    const telling = tellingMs(remainingMs);
    const endsAt = Date.now() + remainingMs - telling;
    this.#clean();
    let run: SingleRun | undefined;
    let place: JoinedPlace | undefined;
    try {
      place = await joined(invitation);
      run = singleRun(place.link, { only: invitation.run, endsAt, now: Date.now });
      await this.#execute(run, invitation.name, remainingMs - telling / 4);
      const runId = run.taken()?.runId;
      return runId === undefined
        ? { outcome: 'not_needed', why: 'there was no run for it' }
        : { outcome: 'served', runId };
    } catch (error) {
      if (error instanceof LinkRefusal && run?.taken() == null)
        return { outcome: 'not_needed', why: error.message };
      throw error;
    } finally {
      const lease = run?.taken();
      if (lease != null) await endOrphans(lease);
      this.#clean();
      await place?.leave(telling / LEAVING_PART);
    }
  }

  /** Resolves when the run is over and told, or there is none; rejects with a refusal, or when the time is over. */
  async #execute(run: SingleRun, name: string, ms: number): Promise<void> {
    const agent = this.#agent(run.link, name);
    const done = new AbortController();
    const after = async <T>(delay: number, then: () => T): Promise<T> => {
      await systemClock.sleep(delay, done.signal);
      return done.signal.aborted ? new Promise<never>(() => {}) : then();
    };
    const served = run.over.then(() => agent.drain());
    const idle = after(Math.min(NO_RUN_MS, ms), () => (run.taken() === null ? undefined : served));
    const late = after(ms, () => {
      throw new Error('the control plane could not be told in time how the run ended');
    });
    try {
      await Promise.race([agent.start(), late]);
      await Promise.race([served, idle, late, agent.refused]);
    } finally {
      done.abort();
      await agent.stop();
    }
  }

  #agent(link: AgentLink & FilesLink, name: string): Agent {
    const { keeper, account, program, log } = this.#parts;
    return createLocalAgent({
      link,
      data: this.#data,
      sockets: this.#sockets,
      name,
      slots: 1,
      hosts: this.#hosts,
      keeper,
      account,
      program,
      log,
    });
  }

  #clean(): void {
    emptyFolder(this.#parts.scratch, [OWN]);
    emptyFolder(this.#data, WARM);
  }

  get #sockets(): string {
    return join(this.#data, 's');
  }
}

function tellingMs(remainingMs: number): number {
  const least = Math.min(TELLING.leastMs, remainingMs * TELLING.mostPart);
  return Math.ceil(Math.min(TELLING.mostMs, Math.max(remainingMs * TELLING.part, least)));
}

interface JoinedPlace {
  readonly link: AgentLink & FilesLink;
  /** Says that nothing is left here, in at most `ms`. Who does not hear it knows how long a function may live. */
  readonly leave: (ms: number) => Promise<void>;
}

async function joined({ url, token, name }: Invitation): Promise<JoinedPlace> {
  const { key } = await joinForOnce(url, token, name);
  const instance = randomUUID();
  return {
    link: httpLink({ url, key: () => key, instance }),
    leave: (ms) =>
      leave(url, { key, instance, signal: AbortSignal.timeout(Math.ceil(ms)) }).catch(() => undefined),
  };
}
