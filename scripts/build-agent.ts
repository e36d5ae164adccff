import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAgentExecutable } from './build/agent-executable.ts';
import { buildAgentFiles } from './build/agent-files.ts';
import { root } from './tree/files.ts';

/**
 * `npm run build:agent`: makes in dist/agent what `/agent.sh` brings to other machines, with the executable for a machine like this one. For another
 * kind: `npm run build:agent -- --platform linux-arm64 --node PATH`, with Node's own executable for it.
 */
const { values } = parseArgs({
  options: {
    into: { type: 'string', default: join(root, 'dist/agent') },
    /** As a server in a clone wants them: quickly made. */
    'files-only': { type: 'boolean', default: false },
    platform: { type: 'string', default: `${process.platform}-${process.arch}` },
    node: { type: 'string', default: process.execPath },
  },
});

const { into: folder, platform, node } = values;
await buildAgentFiles(folder);
if (!values['files-only']) {
  const packed = await buildAgentExecutable({ folder, platform, node });
  console.log(
    `${packed}: ${Math.round(statSync(packed).size / 1e6)} MB; agentExecutables: ${folder} in errand.yaml offers it`,
  );
}
