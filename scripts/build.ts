import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildErrandPackage } from './build/errand-package.ts';
import { buildSdkPackage } from './build/sdk-package.ts';
import { root } from './tree/files.ts';

/** `npm run build`: makes the packages that are published, ready for `npm pack`, in dist/errand and dist/sdk. */
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
await buildErrandPackage(join(dist, 'errand'));
await buildSdkPackage(join(dist, 'sdk'));
console.log('dist/errand and dist/sdk are ready: npm pack ./dist/errand ./dist/sdk');
