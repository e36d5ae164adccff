import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Requirement, requires } from '../../../../scripts/requires.ts';
import { signalIfAlive } from '../../../../scripts/signal-if-alive.ts';
import { startWatchdog, WATCHDOG } from './watchdog.ts';

const linux: Requirement = {
  name: 'Linux',
  ok: process.platform === 'linux',
  reason: 'the watchdog reads /proc',
};

/** It looks this often without a reason to stay. */
const LOOKS = 30;
const HOUR_S = 3_600;
/** No process has this mark. */
const NOBODYS = 4_398_046_511_103;
const SOMEBODYS = 1_234_567;

/** A watchdog whose pauses are short, and counted. */
class Watched implements AsyncDisposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'errand-watchdog-'));
  readonly #child;

  constructor(leaseEndsInS: number, mark = NOBODYS) {
    const session = join(this.#root, 'sessions', 'ses_1');
    mkdirSync(session, { recursive: true });
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    writeFileSync(join(session, 'lease'), `${boot} ${Math.floor(uptime() + leaseEndsInS)}\n`);
    writeFileSync(join(session, 'mark'), `${mark}\n`);
    const sleep = join(this.#root, 'sleep');
    writeFileSync(sleep, `#!/bin/sh\necho >> ${this.#root}/pauses\nexec /bin/sleep 0.01\n`);
    chmodSync(sleep, 0o755);
    const args = ['-c', WATCHDOG, 'errand-watchdog', join(this.#root, 'sessions')];
    this.#child = spawn('/bin/sh', args, { stdio: 'ignore', env: { PATH: this.#root } });
  }

  get ended(): Promise<unknown> {
    return once(this.#child, 'exit');
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null;
  }

  removeSession(): void {
    rmSync(join(this.#root, 'sessions', 'ses_1'), { recursive: true });
  }

  /** As somebody does who takes the data folder away under everything that runs. */
  removeFolder(): void {
    rmSync(join(this.#root, 'sessions'), { recursive: true });
  }

  pauses(): number {
    try {
      return readFileSync(join(this.#root, 'pauses'), 'utf8').length;
    } catch {
      return 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { ended } = this;
    if (this.isAlive && this.#child.kill('SIGKILL')) await ended;
    rmSync(this.#root, { recursive: true });
  }
}

requires(linux)('the watchdog of sessions', () => {
  it('ends itself when every lease has run out and nothing is left to kill, though nobody comes back for the folders', async () => {
    await using watched = new Watched(-1);
    await watched.ended;
    expect(watched.pauses()).toBe(LOOKS);
  });

  it('stays while a lease runs', async () => {
    await using watched = new Watched(HOUR_S);
    await expect.poll(() => watched.pauses()).toBeGreaterThan(LOOKS + 5);
    expect(watched.isAlive).toBe(true);
  });

  it('ends what it knew of when the lease is over, though its folder was removed', async () => {
    const marked = spawn('prlimit', [`--locks=${SOMEBODYS * 2 ** 22}:unlimited`, 'sleep', '7406'], {
      stdio: 'ignore',
    });
    const ended = once(marked, 'exit');
    await using watched = new Watched(3, SOMEBODYS);
    await expect.poll(() => watched.pauses()).toBeGreaterThan(2);
    watched.removeFolder();
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('remembers a lease that is taken away under what still runs, as where a large folder is being removed', async () => {
    const marked = spawn('prlimit', [`--locks=${SOMEBODYS * 2 ** 22}:unlimited`, 'sleep', '7408'], {
      stdio: 'ignore',
    });
    const ended = once(marked, 'exit');
    await using watched = new Watched(4, SOMEBODYS);
    await expect.poll(() => watched.pauses()).toBeGreaterThan(2);
    watched.removeSession();
    const before = watched.pauses();
    await expect.poll(() => watched.pauses()).toBeGreaterThan(before + 3);
    watched.removeFolder();
    expect(await ended).toEqual([null, 'SIGKILL']);
    await watched.ended;
  });

  it('takes the place of one of another version, and of none of its own', async () => {
    const data = mkdtempSync(join(tmpdir(), 'errand-watchdog-'));
    const folder = join(data, 'sessions');
    mkdirSync(folder);
    const number = (): number => Number(readFileSync(join(folder, 'watchdog'), 'utf8'));
    const args = ['-c', `${WATCHDOG}# as it was`, 'errand-watchdog', folder];
    const older = spawn('/bin/sh', args, { stdio: 'ignore' });
    const ended = once(older, 'exit');
    try {
      await expect.poll(number).toBe(older.pid);
      startWatchdog(data);
      await ended;
      const newer = number();
      expect(newer).not.toBe(older.pid);
      startWatchdog(data);
      expect(number()).toBe(newer);
    } finally {
      older.kill('SIGKILL');
      signalIfAlive(number(), 'SIGKILL');
      rmSync(data, { recursive: true });
    }
  });
});
