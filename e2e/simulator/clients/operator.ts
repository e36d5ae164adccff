import { Random } from '../time/random.ts';
import type { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';
import type { Client } from './client.ts';

/** Far enough from each other for a commit to see one at a time. */
const EVERY_MS = 6_000;

/** Sets limits of pools and pauses them while faults last; then opens them for good. */
export async function operate(
  {
    world,
    process,
    pools,
  }: {
    readonly world: World;
    readonly process: VirtualProcess;
    readonly pools: readonly string[];
  },
  client: Client,
): Promise<void> {
  const random = new Random(world.seed, 'operator');
  const maybe = (): number | null => (random.chance(0.6) ? random.between(1, 2) : null);
  while (world.timeline.now < world.profile.faultsForMs) {
    const paused = random.chance(0.25);
    const settings = paused ? { ...OPEN, paused } : { paused, limit: maybe(), limitPerKey: maybe() };
    await client.setPool(random.pick(pools), settings);
    await process.sleep(EVERY_MS);
  }
  for (const pool of new Set(pools)) await client.setPool(pool, OPEN);
}

const OPEN = { paused: false, limit: null, limitPerKey: null };
