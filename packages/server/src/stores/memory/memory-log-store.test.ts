import { runLogStoreSuite } from '@errand/core/testing';
import { MemoryLogStore } from './memory-log-store.ts';

runLogStoreSuite('memory', async () => new MemoryLogStore());
