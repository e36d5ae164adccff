import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../ports.ts';

const LOOK_MS = 100;

/** Waits until a keeper has its socket there; its container may start later than this one. */
export async function untilThere(socket: string, signal: AbortSignal): Promise<void> {
  while (!isSocket(socket)) await sleep(LOOK_MS, undefined, { signal });
}

/**
 * From now on files are made as, and the keeper is spoken to as, whoever the keeper runs as: what one of the two writes the other must be able to read and
 * change. The real user stays, so that the switch, which belongs to it, can still be told.
 */
export function becomeOwnerOf(socket: string): void {
  const { uid, gid } = statSync(socket);
  if (uid === process.geteuid?.()) return;
  process.setegid?.(gid);
  process.seteuid?.(uid);
}

/** Renews the lease of the first process of this container, `errand-keeper hold`. */
export function renewSwitch(keeper: string, log: Logger): (leaseMs: number) => void {
  return (leaseMs) => {
    const child = spawn(keeper, ['renew', String(Math.ceil(leaseMs / 1_000))], { stdio: 'ignore', env: {} });
    child.once('error', (error) => log.warn('the switch could not be told', { error: String(error) }));
    child.once('exit', (code) => {
      if (code !== 0) log.warn('the switch could not be told', { code });
    });
  };
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}
