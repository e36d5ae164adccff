import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { zip } from './zip.ts';

it('makes an archive that others can read, with the rights of its files, and the same for the same files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'errand-zip-'));
  try {
    const entries = [
      { name: 'index.mjs', bytes: Buffer.from('export {};\n'.repeat(1_000)), mode: 0o644 },
      { name: 'tool', bytes: Buffer.from([0, 255, 10]), mode: 0o755 },
      { name: 'empty', bytes: Buffer.alloc(0), mode: 0o644 },
    ];
    const bytes = zip(entries);
    expect(zip(entries)).toEqual(bytes);
    expect(bytes.length).toBeLessThan(1_000);
    const file = join(folder, 'a.zip');
    writeFileSync(file, bytes);
    // Python's module checks every sum.
    const names = execFileSync('python3', ['-m', 'zipfile', '-l', file], { encoding: 'utf8' });
    expect(names).toContain('tool');
    const script =
      'import sys,zipfile,os\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nfor i in z.infolist():\n  os.chmod(z.extract(i, sys.argv[2]), i.external_attr >> 16)';
    execFileSync('python3', ['-c', script, file, folder]);
    for (const { name, bytes: wanted, mode } of entries) {
      expect(readFileSync(join(folder, name))).toEqual(wanted);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(mode);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
