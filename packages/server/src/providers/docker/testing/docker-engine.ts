import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Requirement } from '../../../../../../scripts/requires.ts';

const BUSYBOX = '/bin/busybox';
const COMMANDS =
  'sh sleep find httpd cat id touch dd env mkdir tail nc setsid stty mv rm ln ls stat sha256sum test'.split(
    ' ',
  );

/** A Docker engine on this machine, and what images are made of, as no registry can be reached. */
export const dockerEngine: Requirement = { name: 'a Docker engine', ...look() };

function look(): Pick<Requirement, 'ok' | 'reason'> {
  if (!existsSync(BUSYBOX)) return { ok: false, reason: `${BUSYBOX} is missing; install busybox-static` };
  try {
    docker('version');
    return { ok: true, reason: '' };
  } catch {
    return { ok: false, reason: 'docker version fails; install docker.io and start dockerd as root' };
  }
}

/** The engine's own command line: tests look with it, never through the provider. */
export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/**
 * An image of busybox alone, gone with its user. Its command stays until it is told to end. `commands`: the names under which busybox is found beside its own;
 * without `sh` among them there is no shell.
 */
export function makeImage(
  commands: readonly string[] = COMMANDS,
  engine: typeof docker = docker,
): Disposable & { readonly name: string } {
  const name = `errand-test:${randomUUID()}`;
  const root = mkdtempSync(join(tmpdir(), 'errand-image-'));
  for (const folder of ['bin', 'tmp', 'www', 'etc']) mkdirSync(join(root, folder));
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
  for (const command of commands) symlinkSync('busybox', join(root, 'bin', command));
  const archive = `${root}.tar`;
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  engine('import', '--change', `CMD ${JSON.stringify(STAY)}`, archive, name);
  rmSync(root, { recursive: true });
  rmSync(archive);
  return { name, [Symbol.dispose]: () => void engine('rmi', '--force', name) };
}

/** A first process has no default for TERM, so it must be told to end by it. */
export const STAY = ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done'];
