import { simulateBatches } from './seed-batches.ts';

simulateBatches({ part: 1, files: 2 });
