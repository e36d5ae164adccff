import { setTimeout as sleep } from 'node:timers/promises';
import { Api, type Place } from './api.ts';

export interface JoinAgents {
  readonly place: Place;
  readonly agents: number;
}

const POOL = 'idle';
/** Joins under way at the same time. */
const AT_ONCE = 16;
const HOLD_MS = 30_000;
const DISPATCH_EVERY_MS = 1_000;

/** As many agents as asked for join one pool; `idle` lets them poll. */
export async function joinAgents({ place, agents }: JoinAgents): Promise<void> {
  using admin = new Api(place);
  let left = agents;
  const join = async (): Promise<void> => {
    while (left > 0) {
      const name = `agent-${left}`;
      left -= 1;
      const { token } = await admin.json<{ token: string }>('POST', `/v1/pools/${POOL}/tokens`, {});
      const { key } = await admin.json<{ key: string }>('POST', '/v1/agent/join', { token, name });
      const agent = new Api({ url: place.url, key });
      await agent.json('POST', '/v1/agent/hello', { protocol: 1, name, labels: {}, slots: 1, program: '0' });
      joined.push(agent);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, join));
}

const joined: Api[] = [];

export interface Idled {
  /** How long polls that nothing happened to were held. */
  readonly pollMs: number[];
  /** From the submission of a run until one of the agents has its lease. */
  readonly dispatchMs: number[];
  readonly failed: number;
  /** How many the server says are there. */
  readonly online: number;
}

/** Every agent polls as real ones do; now and then a run is submitted, taken and reported as ended. */
export async function idle({
  place,
  forMs,
}: {
  readonly place: Place;
  readonly forMs: number;
}): Promise<Idled> {
  using admin = new Api(place);
  const until = performance.now() + forMs;
  const submitted = new Map<string, number>();
  const found = { pollMs: [] as number[], dispatchMs: [] as number[], failed: 0 };
  const poll = async (agent: Api): Promise<void> => {
    // They did not all start at the same moment.
    await sleep(Math.random() * Math.min(HOLD_MS, forMs / 3));
    while (performance.now() < until) {
      const began = performance.now();
      const body = { agentId: '', free: 1, held: [], waitMs: HOLD_MS };
      const answer = await agent.json<PollAnswer>('POST', '/v1/agent/poll', body).catch(() => null);
      if (answer === null) found.failed += 1;
      else if (answer.leases.length === 0) found.pollMs.push(performance.now() - began);
      for (const lease of answer?.leases ?? []) {
        found.dispatchMs.push(performance.now() - (submitted.get(lease.runId) ?? Number.NaN));
        await execute(agent, lease);
      }
    }
  };
  const all = joined.map(poll);
  while (performance.now() < until - HOLD_MS) {
    const began = performance.now();
    const { id } = await admin.submit({ command: ['true'], pool: POOL });
    submitted.set(id, began);
    await sleep(DISPATCH_EVERY_MS);
  }
  await sleep(Math.max(0, until - performance.now() - 1_000));
  const { agents } = await admin.json<{ agents: { online: boolean }[] }>('GET', '/v1/agents');
  await Promise.all(all);
  for (const agent of joined) agent[Symbol.dispose]();
  return { ...found, online: agents.filter(({ online }) => online).length - OWN_AGENT };
}

/** The server's own, which is always there. */
const OWN_AGENT = 1;

interface PollAnswer {
  readonly leases: readonly { readonly runId: string; readonly token: number }[];
}

async function execute(agent: Api, { runId, token }: PollAnswer['leases'][number]): Promise<void> {
  const report = (fact: object): Promise<unknown> =>
    agent.json('POST', `/v1/agent/runs/${runId}/report`, { token, fact });
  await report({ kind: 'starting' });
  await report({ kind: 'ended', reason: { kind: 'exited', code: 0 }, log: null });
}
