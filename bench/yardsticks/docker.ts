import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './programs.ts';
import type { Elsewhere, Found } from './yardstick.ts';

const IMAGE = 'errand-bench';

/** `docker exec` into a container that is up, and the image that this one is of. */
export interface DockerEngine extends Elsewhere {
  readonly docker: string;
  readonly image: string;
}

/** What a container of that image does for a service: it answers on port 80. */
export const SERVICE = ['/bin/busybox', 'httpd', '-f', '-p', '80', '-h', '/bin'];

/** Where an engine answers. The image holds one static program and is made here. */
export async function startDocker(): Promise<Found<DockerEngine>> {
  const docker = findProgram('docker');
  const busybox = findProgram('busybox');
  if (docker === undefined) return { missing: 'docker is not installed' };
  if (busybox === undefined) return { missing: 'the package busybox-static is not installed' };
  const run = (...args: string[]): string =>
    execFileSync(docker, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    run('info');
  } catch {
    return { missing: 'no Docker engine answers' };
  }
  const archive = archiveOf(busybox);
  try {
    execFileSync(docker, ['import', '-', IMAGE], { input: archive, stdio: ['pipe', 'ignore', 'ignore'] });
    const container = run('run', '--detach', '--network', 'none', IMAGE, '/bin/busybox', 'sleep', '86400');
    return {
      found: {
        docker,
        image: IMAGE,
        argv: (command) => [docker, 'exec', container, '/bin/busybox', ...command],
        async [Symbol.asyncDispose]() {
          run('rm', '--force', container);
          run('rmi', IMAGE);
        },
      },
    };
  } catch (error) {
    return {
      missing: `no container could be started (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    };
  }
}

function archiveOf(busybox: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'errand-image-'));
  try {
    mkdirSync(join(folder, 'bin'));
    copyFileSync(busybox, join(folder, 'bin/busybox'));
    symlinkSync('busybox', join(folder, 'bin/sh'));
    return execFileSync('tar', ['-C', folder, '-c', '.'], { maxBuffer: 64 * 1024 * 1024 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
