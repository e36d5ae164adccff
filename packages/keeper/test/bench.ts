import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { createRunFile, KeeperClient, keeperBinary, launchKeeper } from '@errand/agent/keeper';

/** Measures the keeper alone: `node test/bench.ts [folder] [binary]`; the folder's file system is printed beside the figures. */
const folder = mkdtempSync(join(process.argv[2] ?? '/dev/shm', 'keeper-bench-'));
const binary = process.argv[3] ?? keeperBinary() ?? '';
const socket = join(folder, 's');
await launchKeeper({ binary, socket });
const client = await KeeperClient.connect(socket);
const ends = new Map<string, () => void>();
client.onEvent((event) => {
  if (event.kind === 'ended') ends.get(event.id)?.();
});
let last = 0;

console.log(`file system type 0x${statfsSync(folder).type.toString(16)}`);
for (const round of [1, 2, 3]) {
  console.log(`round ${round}`);
  console.log(`  spawn, pipes, 16 in flight    ${await rate(spawnOnce)} commands/s`);
  console.log(`  keeper, 16 in flight          ${await rate(() => keep(['/bin/true']))} commands/s`);
  console.log(`  keeper, echo, 16 in flight    ${await rate(() => keep(['/bin/echo', 'hi']))} commands/s`);
  console.log(`  keeper, 1 GB of output        ${await gigabyte()} MB/s`);
  console.log(`  kill to proven empty          ${await killing()} ms (median of 20, four setsid sleepers)`);
}
process.kill(client.pid);
await client.closed;
rmSync(folder, { recursive: true });

/** Starts a command and waits for its end; answers when it was started and how to forget it. */
async function keep(argv: string[], after?: (id: string) => void): Promise<string> {
  last += 1;
  const id = `b${last}`;
  const prefix = join(folder, id);
  createRunFile(prefix, 'bench');
  const ended = new Promise<void>((resolve) => ends.set(id, resolve));
  await client.start({ id, prefix, argv, env: ['PATH=/usr/bin:/bin'] });
  after?.(id);
  await ended;
  ends.delete(id);
  client.forget(id);
  return prefix;
}

async function rate(once: () => Promise<unknown>): Promise<number> {
  const total = 1500;
  let left = total;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (left-- > 0) await once();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return Math.round((total * 1000) / (performance.now() - began));
}

function spawnOnce(): Promise<unknown> {
  return new Promise((resolve) => {
    const child = spawn('/bin/true', { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.once('close', resolve);
  });
}

async function gigabyte(): Promise<number> {
  const began = performance.now();
  const prefix = await keep(['head', '-c', '1000000000', '/dev/zero']);
  const took = performance.now() - began;
  rmSync(`${prefix}.log`);
  return Math.round(1_000_000 / took);
}

async function killing(): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    let began = 0;
    const script = 'for i in 1 2 3 4; do setsid sleep 1000 & done; sleep 1000';
    await keep(['/bin/sh', '-c', script], (id) => {
      setTimeout(() => {
        began = performance.now();
        client.kill(id, { signal: 9, graceMs: 0, cause: 'bench' });
      }, 30);
    });
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return (times[10] ?? 0).toFixed(1);
}
