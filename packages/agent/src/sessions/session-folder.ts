import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthSpec } from '@errand/contract';
import { replaceFile } from '../replace-file.ts';

/** What is written down of a session: nothing secret, its environment comes with each command. */
export interface SessionFile {
  readonly sessionId: string;
  readonly tag: string;
  readonly key: string;
  /** A stop that was ordered is not forgotten. */
  readonly wanted: 'running' | 'kept';
  /** How many times its keeper was started; names the files of each. */
  readonly starts: number;
  readonly ports: readonly { readonly port: number; readonly outerPort: number }[];
  readonly health: HealthSpec | null;
}

/** The folder of a session in the agent's data folder: what people put there, what is known of it, its lease, its mark. */
export interface SessionFolder {
  readonly path: string;
  /** The working folder of its commands. */
  readonly files: string;
}

export function sessionFolder(data: string, sessionId: string): SessionFolder {
  const path = join(data, 'sessions', sessionId);
  return { path, files: join(path, 'files') };
}

/** The ids of all that there are. */
export function sessionIds(data: string): readonly string[] {
  try {
    return readdirSync(join(data, 'sessions'));
  } catch {
    return [];
  }
}

export function makeFolder({ files }: SessionFolder): void {
  mkdirSync(files, { recursive: true, mode: 0o700 });
}

export function removeFolder({ path }: SessionFolder): void {
  rmSync(path, { recursive: true, force: true });
}

/** null: there is none, or it was not written whole. */
export function readSession({ path }: SessionFolder): SessionFile | null {
  try {
    return JSON.parse(readFileSync(join(path, 'session.json'), 'utf8')) as SessionFile;
  } catch {
    return null;
  }
}

export function writeSession({ path }: SessionFolder, file: SessionFile): void {
  replaceFile(join(path, 'session.json'), JSON.stringify(file));
}

/** The mark of its processes; null before its keeper was started. */
export function readMark({ path }: SessionFolder): string | null {
  try {
    return readFileSync(join(path, 'mark'), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/**
 * The lease as the watchdog reads it: the start of the machine, and the second since then in which it ends. That clock counts sleep and
 * cannot be set (proc_uptime(5)).
 */
export function writeLease({ path }: SessionFolder, leaseMs: number): void {
  replaceFile(join(path, 'lease'), `${bootId()} ${Math.ceil(uptimeMs() / 1_000 + leaseMs / 1_000)}\n`);
}

/** No lease: the watchdog leaves it alone. */
export function removeLease({ path }: SessionFolder): void {
  rmSync(join(path, 'lease'), { force: true });
}

/** Negative: it has run out. null: there is none, or the machine was started since. */
export function leaseLeftMs({ path }: SessionFolder): number | null {
  try {
    const [boot, second] = readFileSync(join(path, 'lease'), 'utf8').trim().split(' ');
    return boot === bootId() ? Number(second) * 1_000 - uptimeMs() : null;
  } catch {
    return null;
  }
}

function uptimeMs(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
