import { anAgent } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { AgentMemory } from './agent-memory.ts';

const agents = {
  get: (id: string) => Promise.resolve(anAgent({ id, lastSeenAt: 1 })),
  pool: () => Promise.resolve(null),
  seen: () => Promise.resolve(),
};

it('lets few agents look every second, and thousands together not more often than some hundred times a second', async () => {
  const memory = new AgentMemory({ agents, notifier: new LocalNotifier(), clock: { now: () => 1 } });
  const polling = async (count: number): Promise<number> => {
    for (let index = 0; index < count; index += 1) await memory.poller(`agent_${index}`);
    return memory.lookAgainMs();
  };
  expect(await polling(10)).toBe(1_000);
  expect(await polling(1_000)).toBe(4_000);
  expect(await polling(5_000)).toBe(10_000);
});

it('listens once for each agent, also where two polls read it at the same time', async () => {
  const listening = new Map<string, number>();
  const count = (topic: string, more: number): void =>
    void listening.set(topic, (listening.get(topic) ?? 0) + more);
  const notifier = {
    pulse: () => undefined,
    subscribe: (topic: string) => {
      count(topic, 1);
      return () => count(topic, -1);
    },
  };
  let now = 1;
  const memory = new AgentMemory({ agents, notifier, clock: { now: () => now } });
  for (; now < 10_000; now += 2_000) await Promise.all([memory.poller('agent_1'), memory.poller('agent_1')]);
  expect([...listening.values()]).toEqual([1, 1]);
});
