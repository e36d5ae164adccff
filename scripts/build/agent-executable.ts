import { spawnSync } from 'node:child_process';
import { cpSync, createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export interface ExecutableOptions {
  /** Where `buildAgentFiles` put its files; the executable comes there, compressed. */
  readonly folder: string;
  /** `linux-x64` and the like. */
  readonly platform: string;
  /** Node's executable of this version for that platform. */
  readonly node: string;
}

/**
 * The agent as one executable for a machine without Node: Node itself with the program and its keeper inside (docs/adr/0011). Answers the
 * path of the compressed file.
 */
export async function buildAgentExecutable({ folder, platform, node }: ExecutableOptions): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'errand-build-agent-'));
  try {
    const base = join(scratch, 'node');
    cpSync(node, base);
    // A fifth of it is symbols that nobody needs. They must go before the program comes in, or the loader finds nothing of it.
    if (platform.startsWith('linux-')) spawnSync('strip', [base]);
    const output = join(scratch, 'errand-agent');
    const config = join(scratch, 'sea.json');
    const assets = { keeper: join(folder, `errand-keeper-${platform}`) };
    writeFileSync(
      config,
      JSON.stringify({
        main: join(folder, 'errand-agent.mjs'),
        mainFormat: 'module',
        executable: base,
        output,
        assets,
        disableExperimentalSEAWarning: true,
      }),
    );
    const made = spawnSync(process.execPath, ['--build-sea', config], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`node --build-sea failed: ${made.stderr}${made.stdout}`);
    const packed = join(folder, `errand-agent-${platform}.gz`);
    await pipeline(createReadStream(output), createGzip(), createWriteStream(packed));
    return packed;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
