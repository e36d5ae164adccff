import type { HelloRequest, Lease, OfferedScript, ReportRequest } from '@errand/contract';
import { createJoinToken, joinAgent } from '../src/use-cases/agents/join-agent.ts';
import { pollAgent } from '../src/use-cases/agents/poll-agent.ts';
import { reportFact } from '../src/use-cases/agents/report-fact.ts';
import { sayHello } from '../src/use-cases/agents/say-hello.ts';
import type { TestPlane } from './plane.ts';

/** An agent that a test acts: it takes leases and says of them what the test wants. */
export interface Worker {
  readonly agentId: string;
  offer(...scripts: readonly OfferedScript[]): Promise<void>;
  /** The leases that wait for it now. */
  poll(modules?: readonly string[]): Promise<readonly Lease[]>;
  /** Says that the attempt was executed and ended so. */
  end(lease: Lease, result: EndFact['result'], code?: number): Promise<void>;
}

type EndFact = Extract<ReportRequest['fact'], { kind: 'ended' }>;

export async function joinWorker({ services }: TestPlane, pool = 'lab', name = 'one'): Promise<Worker> {
  const { token } = await createJoinToken(services.joining, pool);
  const { agentId } = await joinAgent(services.joining, { token, name });
  const hello = (scripts: HelloRequest['scripts']): HelloRequest => ({
    protocol: 1,
    name,
    labels: {},
    slots: 9,
    program: 'test',
    scripts,
    onlyScripts: false,
  });
  await sayHello(services.hello, agentId, hello([]));
  return {
    agentId,
    offer: async (...scripts) => {
      await sayHello(services.hello, agentId, hello(scripts));
    },
    poll: async (modules = []) => {
      const request = { agentId, free: 9, held: [], waitMs: 0, modules };
      return (await pollAgent(services.polling, request, new AbortController().signal)).leases;
    },
    end: async ({ runId, token: attempt }, result, code = 0) => {
      const about = { runId, token: attempt, claimant: 'worker' };
      await reportFact(services.reporting, agentId, { ...about, fact: { kind: 'starting' } });
      const reason = { kind: 'exited', code } as const;
      await reportFact(services.reporting, agentId, {
        ...about,
        fact: { kind: 'ended', reason, log: null, result },
      });
    },
  };
}
