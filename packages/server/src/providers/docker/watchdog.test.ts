import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { signalIfAlive } from '../../../../../scripts/signal-if-alive.ts';
import { Leases } from './leases.ts';
import { docker, dockerEngine, makeImage } from './testing/docker-engine.ts';
import { startWatchdog, watchdogOf } from './watchdog.ts';

const ENGINE = { socketPath: '/var/run/docker.sock' };
const LEASE_MS = 4_000;
const LAUNCH = `watchdog-test-${process.pid}`;

it('is one, however soon it is asked for again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'errand-watchdog-'));
  startWatchdog(folder, ENGINE);
  const watchdog = watchdogOf(folder);
  try {
    expect(watchdog).not.toBeNull();
    startWatchdog(folder, ENGINE);
    expect(watchdogOf(folder)).toBe(watchdog);
  } finally {
    if (watchdog !== null) process.kill(watchdog);
    rmSync(folder, { recursive: true });
  }
});

it('takes the place of one of another version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'errand-watchdog-'));
  const words = ['-e', 'setTimeout(() => {}, 60_000)', 'errand-docker-watchdog', folder, '{}'];
  const older = spawn(process.execPath, words, { stdio: 'ignore' });
  try {
    writeFileSync(join(folder, 'watchdog'), String(older.pid));
    startWatchdog(folder, ENGINE);
    expect([null, older.pid]).not.toContain(watchdogOf(folder));
  } finally {
    for (const pid of [older.pid, watchdogOf(folder)]) if (pid != null) process.kill(pid);
    rmSync(folder, { recursive: true });
  }
});

requires(dockerEngine)('the watchdog of containers', () => {
  it.each([
    ['its folder was removed', (folder: string) => folder],
    // As where removing the folder takes its time.
    ['its lease was taken away', (folder: string) => join(folder, 'leases', LAUNCH)],
    [
      'its own number and its lease were',
      (folder: string) => [join(folder, 'watchdog'), join(folder, 'leases', LAUNCH)],
    ],
  ])('ends what it knew of when the lease is over, though %s', async (_what, removed) => {
    using image = makeImage();
    const folder = mkdtempSync(join(tmpdir(), 'errand-watchdog-'));
    mkdirSync(join(folder, 'leases'));
    const id = docker('run', '--detach', '--label', `errand.launch=${LAUNCH}`, image.name, 'sleep', '7407');
    let watchdog: number | null = null;
    try {
      new Leases(folder).extend(LAUNCH, LEASE_MS);
      startWatchdog(folder, ENGINE);
      watchdog = watchdogOf(folder);
      // Long enough for its first look, which is after two seconds.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      for (const path of [removed(folder)].flat()) rmSync(path, { recursive: true });
      await expect.poll(() => docker('inspect', '--format', '{{.State.Running}}', id).trim()).toBe('false');
    } finally {
      docker('rm', '--force', id);
      // It would stay for a minute.
      if (watchdog !== null) signalIfAlive(watchdog, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
