import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endChild, untilLine } from './until-line.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

/** The command line of the clone, without npx. */
export const ERRAND = join(REPOSITORY, 'packages/cli/bin/errand');

/** A server of its own, in a process of its own, on a new data folder. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly key: string;
  readonly data: string;
  /** From the start of the process until it answers. */
  readonly readyMs: number;
  /** Memory that it has now, in bytes. */
  residentBytes(): number;
  /** Processor time that the server's process, without its keeper and its commands, has used so far. */
  cpuMs(): number;
}

/** More than the rows ever have running at once. */
const SLOTS = 128;

export interface ServerOptions {
  /** The command line that starts it; that of the clone if not given. */
  readonly program?: string;
  /** More lines of its configuration. */
  readonly config?: string;
}

export async function startServer(
  folder: string,
  { program = ERRAND, config: more = '' }: ServerOptions = {},
): Promise<Server> {
  const data = mkdtempSync(join(folder, 'server-'));
  const config = join(data, 'errand.yaml');
  writeFileSync(config, `slots: ${SLOTS}\nlogLevel: warn\n${more}\n`);
  const began = performance.now();
  const args = ['up', '--port', '0', '--data', data, '--config', config];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const key = untilLine(child, /^key (\S+)$/);
  const [, url] = await untilLine(child, /^page (http:\S+)\/login/);
  const readyMs = performance.now() - began;
  const [, secret] = await key;
  return {
    url: onLoopback(url ?? ''),
    key: secret ?? '',
    data,
    readyMs,
    residentBytes: () => residentBytes(child.pid ?? 0),
    cpuMs: () => cpuMs(child.pid ?? 0),
    [Symbol.asyncDispose]: () => endChild(child),
  };
}

/** By address, so that no name has to be looked up in the middle of a measurement. */
function onLoopback(url: string): string {
  return url.replace(/\/\/[^:/]+/, '//127.0.0.1');
}

function residentBytes(pid: number): number {
  return (
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1_024
  );
}

/** Linux counts in ticks of 10 ms. */
const TICK_MS = 10;

function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; user and system time are the 14th and 15th field.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
