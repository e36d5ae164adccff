import { anAgent } from '@errand/core/testing';
import { expect, it } from 'vitest';
import { LocalNotifier } from '../../system/local-notifier.ts';
import { AgentMemory } from './agent-memory.ts';

it('lets few agents look every second, and thousands together not more often than some hundred times a second', async () => {
  const agents = {
    get: (id: string) => Promise.resolve(anAgent({ id, lastSeenAt: 1 })),
    pool: () => Promise.resolve(null),
    seen: () => Promise.resolve(),
  };
  const memory = new AgentMemory({ agents, notifier: new LocalNotifier(), clock: { now: () => 1 } });
  const polling = async (count: number): Promise<number> => {
    for (let index = 0; index < count; index += 1) await memory.poller(`agent_${index}`);
    return memory.lookAgainMs();
  };
  expect(await polling(10)).toBe(1_000);
  expect(await polling(1_000)).toBe(4_000);
  expect(await polling(5_000)).toBe(10_000);
});
