import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../tree/files.ts';

/** Runs a tool of node_modules/.bin (or `node` itself); what it printed is the problem if it failed. */
export function runTool(tool: string, ...args: readonly string[]): Promise<readonly string[]> {
  const command = tool === 'node' ? process.execPath : join(root, 'node_modules/.bin', tool);
  return new Promise((resolve) => {
    execFile(command, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve(error ? [`${stdout}${stderr}`.trim() || `${tool}: ${error.message}`] : []);
    });
  });
}
