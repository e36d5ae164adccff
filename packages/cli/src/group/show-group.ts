import { setTimeout as sleep } from 'node:timers/promises';
import type { Errand, Group } from '@errand/sdk';
import type { Output } from '../output/output.ts';
import { plainText } from '../output/plain-text.ts';
import type { StatusLine } from '../output/status-line.ts';
import { showLog } from '../run/show-log.ts';
import { PrefixedLines } from './prefixed-lines.ts';

export interface ShownGroup {
  readonly group: Group;
  readonly outputs: { readonly stdout: Output; readonly stderr: Output };
  readonly status: StatusLine;
  readonly signal: AbortSignal;
}

const LOOK_AGAIN_MS = 500;
/** How many logs are followed at once; each holds a connection. Those of the others wait and lose nothing. */
const FOLLOWED = 32;

/** Shows what each run of a group writes, line by line behind the name of its agent, until all have ended. */
export async function showGroup(errand: Errand, shown: ShownGroup): Promise<Group> {
  const follower = new Follower(errand, shown);
  for (let { group } = shown; ; group = await errand.groups.get(group.id)) {
    shown.signal.throwIfAborted();
    follower.follow(group);
    if (group.ended) break;
    shown.status.show(waitingText(group));
    await follower.failed(sleep(LOOK_AGAIN_MS, undefined, { signal: shown.signal }));
  }
  await follower.done();
  shown.status.clear();
  return await errand.groups.get(shown.group.id);
}

/** What is waited for: the first reason stands for all that wait. */
function waitingText({ runs, counts }: Group): string {
  const reason = runs.find(({ status }) => status === 'queued');
  const numbers = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  const why = reason?.why == null ? '' : `; ${reason.agentName}: ${reason.why}`;
  return `${numbers.join(', ')}${why}`;
}

/** Follows the log of each run once it has one, some at a time. */
class Follower {
  readonly #errand: Errand;
  readonly #shown: ShownGroup;
  readonly #begun = new Set<string>();
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #width: number;
  #failure: Promise<never>;
  #fail: (error: unknown) => void;

  constructor(errand: Errand, shown: ShownGroup) {
    this.#errand = errand;
    this.#shown = shown;
    this.#width = Math.max(...shown.group.runs.map(({ agentName }) => agentName.length));
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.#failure = promise;
    this.#fail = reject;
  }

  /** Takes up the runs that have begun since the last look. */
  follow({ runs }: Group): void {
    for (const { run, attempt, agentName } of runs) {
      if (attempt === 0 || this.#begun.has(run)) continue;
      this.#begun.add(run);
      this.#waiting.push(() => this.#show(run, agentName));
    }
    this.#next();
  }

  /** As the other promise; rejects as soon as a log cannot be shown. */
  async failed(other: Promise<unknown>): Promise<void> {
    await Promise.race([other, this.#failure]);
  }

  async done(): Promise<void> {
    while (this.#underWay.size > 0) await this.failed(Promise.all(this.#underWay));
  }

  #next(): void {
    while (this.#underWay.size < FOLLOWED) {
      const show = this.#waiting.shift();
      if (show === undefined) return;
      const shown = show()
        .catch(this.#fail)
        .finally(() => {
          this.#underWay.delete(shown);
          this.#next();
        });
      this.#underWay.add(shown);
    }
  }

  async #show(runId: string, agentName: string): Promise<void> {
    const { outputs, status, signal } = this.#shown;
    const prefix = `${plainText(agentName).padEnd(this.#width)} | `;
    const lines = { stdout: new PrefixedLines(prefix), stderr: new PrefixedLines(prefix) };
    const run = await this.#errand.runs.get(runId);
    const sink = {
      piece: async ({
        stream,
        bytes,
      }: {
        readonly stream: 'stdout' | 'stderr';
        readonly bytes: Uint8Array;
      }) => {
        status.clear();
        await outputs[stream].write(lines[stream].push(bytes));
      },
    };
    await showLog(run, sink, { signal, status, attempt: 1 });
    for (const stream of ['stdout', 'stderr'] as const) await outputs[stream].write(lines[stream].end());
  }
}
