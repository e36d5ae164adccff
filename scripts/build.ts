import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildErrandPackage } from './build/errand-package.ts';
import { buildSdkPackage } from './build/sdk-package.ts';
import { root } from './tree/files.ts';

/** `npm run build`: makes the packages that are published, ready for `npm pack`, in dist/errand and dist/sdk, or in the folder that `--into` names. */
const { into } = parseArgs({ options: { into: { type: 'string', default: join(root, 'dist') } } }).values;
const folders = { errand: join(into, 'errand'), sdk: join(into, 'sdk') };
for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true });
await buildErrandPackage(folders.errand);
await buildSdkPackage(folders.sdk);
console.log(`ready: npm pack ${folders.errand} ${folders.sdk}`);
