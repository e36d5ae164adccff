import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../tree/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'errand-lint-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Rules that need types are skipped in silence when the part that knows the types is missing or too old.
it('sees a promise that nobody waits for', () => {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{ "compilerOptions": { "strict": true }, "files": ["bad.ts"] }',
  );
  writeFileSync(join(folder, 'bad.ts'), 'export function bad(): void {\n  Promise.resolve(1);\n}\n');
  const { stdout, status } = spawnSync(
    join(root, 'node_modules/.bin/oxlint'),
    ['--config', join(root, '.oxlintrc.json'), folder],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stdout).toContain('no-floating-promises');
  expect(status).toBe(1);
});
