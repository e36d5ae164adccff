import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startStep } from './start-step.ts';

/** What a machine without a keeper makes of a command in a folder. */
function executed(cwd: string): { readonly status: number | null; readonly text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'errand-start-'));
  try {
    const parts = { by: 'sh', input: new Uint8Array(), fallback: 'shift 2; exec "$@"' } as const;
    const step = startStep({ id: 'a-1', prefix: '', argv: ['/bin/pwd'], cwd }, parts);
    const orders = step.kind === 'start' ? step.orders : '';
    writeFileSync(join(folder, 'start.sh'), Buffer.from(orders, 'base64'));
    const argv = [join(folder, 'start.sh'), join(folder, 'a-1')];
    const { status, stdout, stderr } = spawnSync('sh', argv, { encoding: 'utf8' });
    return { status, text: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('executes a command in its folder, and nowhere else where that is not there', () => {
  expect(executed('/usr')).toEqual({ status: 0, text: '/usr\n' });
  const missing = executed('/no/such folder');
  expect(missing).toEqual({
    status: 127,
    text: expect.stringContaining('/no/such folder cannot be entered'),
  });
});
