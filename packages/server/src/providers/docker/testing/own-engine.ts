import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Requirement } from '../../../../../../scripts/requires.ts';
import { dockerEngine } from './docker-engine.ts';

const DOCKERD = '/usr/sbin/dockerd';
const TRIES = 5;

/** A Docker engine may be started here, apart from the one that others use. */
export const ownEngine: Requirement = {
  name: 'a Docker engine of its own',
  ok: dockerEngine.ok && process.getuid?.() === 0 && existsSync(DOCKERD),
  reason: dockerEngine.ok ? `only root may start ${DOCKERD}` : dockerEngine.reason,
};

/** An engine with folders, socket and network of its own, which may be killed and started again without anybody else noticing. */
export class OwnEngine implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'errand-engine-'));
  #engine: ChildProcess | null = null;

  get host(): string {
    return `unix://${this.#folder}/docker.sock`;
  }

  /** The command line of this engine. */
  readonly docker = (...args: readonly string[]): string =>
    execFileSync('docker', ['-H', this.host, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();

  /** Resolves once it answers. Tried again where it gives up, as a service manager does: after a kill its parts do not always find each other at once. */
  async start(): Promise<void> {
    for (let tries = 1; !(await this.#tryToStart()); tries += 1)
      if (tries === TRIES) throw new Error(readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2_000));
  }

  async #tryToStart(): Promise<boolean> {
    const at = (name: string): string => join(this.#folder, name);
    rmSync(at('pid'), { force: true });
    const log = openSync(at('log'), 'a');
    // In a network namespace of its own: an engine that begins without a bridge removes the one of whoever has it.
    const engine = spawn(
      'unshare',
      [
        '--net',
        DOCKERD,
        `--host=${this.host}`,
        `--data-root=${at('data')}`,
        `--exec-root=${at('exec')}`,
        `--pidfile=${at('pid')}`,
        '--bridge=none',
        '--iptables=false',
        '--ip6tables=false',
      ],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    this.#engine = engine;
    while (engine.exitCode === null) {
      try {
        this.docker('version');
        return true;
      } catch {
        await sleep(200);
      }
    }
    return false;
  }

  /** As `kill -9`: containers and what holds them live on. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    if (engine === null || engine.exitCode !== null) return;
    const ended = once(engine, 'exit');
    engine.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#engine === null || this.#engine.exitCode !== null) await this.start();
    const left = this.docker('ps', '-aq').split('\n').filter(Boolean);
    if (left.length > 0) this.docker('rm', '-f', ...left);
    await this.#end('SIGTERM');
    // It mounts its folder onto itself.
    spawnSync('umount', ['--lazy', join(this.#folder, 'data')], { stdio: 'ignore' });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
