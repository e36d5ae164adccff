import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';

/** Long enough for a child that was told to end, short enough to be waited for in every file that forgets one. */
const PATIENCE_MS = 2_000;

/**
 * Every file of tests runs in a process of its own; when its tests and their clean-up are over, that process may have no children
 * left. Linux only: elsewhere nothing is looked at. What became a daemon is nobody's child and is not seen here.
 */
afterAll(async () => {
  const deadline = performance.now() + PATIENCE_MS;
  while (children().length > 0 && performance.now() < deadline) await sleep(20);
  const left = children().map((pid) => ({ pid, command: commandOf(pid) }));
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  if (left.length > 0)
    throw new Error(`the tests left ${left.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`);
});

function children(): readonly number[] {
  try {
    return readdirSync('/proc/self/task')
      .flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' '))
      .filter((pid) => pid.trim() !== '')
      .map(Number);
  } catch {
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return 'gone';
  }
}
