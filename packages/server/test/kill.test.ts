import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { FileLogStore } from '../src/stores/files/file-log-store.ts';
import { openSqliteStore } from '../src/stores/sql/open-sqlite-store.ts';

const ROUNDS = 5;
const folder = mkdtempSync(join(tmpdir(), 'errand-kill-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps everything that was answered, however often the writer is killed', {
  timeout: 120_000,
}, async () => {
  const [database, root] = [join(folder, 'errand.db'), join(folder, 'logs')];
  const inserted = new Set<string>();
  const leased = new Set<string>();
  let logged = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [what, value] of await killedAfter(round * 37 + 20, [database, root, String(round)])) {
      if (what === 'run') inserted.add(value);
      if (what === 'leased') leased.add(value);
      if (what === 'log') logged = Math.max(logged, Number(value));
    }
    await using store = await openSqliteStore({ database });
    for (const id of inserted) {
      const run = await store.runs.get(id);
      expect(run?.id).toBe(id);
      if (leased.has(id)) expect(run?.state).toBe('leased');
    }
    await checkLog(root, logged);
  }
  expect(leased.size).toBeGreaterThan(0);
  expect(logged).toBeGreaterThan(0);
});

async function checkLog(root: string, logged: number): Promise<void> {
  const logs = new FileLogStore({ root });
  const log = { runId: 'run_log', token: 1 };
  const size = await logs.size(log);
  expect(size).toBeGreaterThanOrEqual(logged);
  let at = 0;
  for await (const { offset, bytes } of logs.read(log, { from: 0, to: size })) {
    expect(offset).toBe(at);
    expect(bytes.every((byte, index) => byte === (at + index) % 251)).toBe(true);
    at += bytes.length;
  }
  expect(at).toBe(size);
}

/** What the writer said before it was killed, some time after its first word. */
async function killedAfter(ms: number, args: readonly string[]): Promise<[string, string][]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'endless-writer.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = wordsOf(child);
  await once(child.stdout, 'data');
  await sleep(ms);
  child.kill('SIGKILL');
  return said;
}

async function wordsOf(child: ChildProcess): Promise<[string, string][]> {
  let text = '';
  child.stdout?.on('data', (some: Buffer) => {
    text += some.toString();
  });
  await once(child, 'close');
  // The last line may be torn.
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split(' ') as [string, string]);
}
