import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tree/files.ts';

/**
 * `npm run aws-tools`: an emulator of AWS and AWS's own command line, for tests, in a virtual environment of Python. Made once; anew when the
 * versions here have changed.
 */
const PACKAGES = ['moto[server]==5.2.5', 'awscli==1.46.2'];

const folder = join(root, '.cache/aws-tools');
const stamp = join(folder, 'bin/ready');
const wanted = `${PACKAGES.join('\n')}\n`;

if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) console.log(`${folder} is there`);
else {
  rmSync(folder, { recursive: true, force: true });
  run('python3', '-m', 'venv', folder);
  // Most modules are never loaded; those that are get compiled then.
  run(
    join(folder, 'bin/pip'),
    'install',
    '--quiet',
    '--no-compile',
    '--disable-pip-version-check',
    ...PACKAGES,
  );
  writeFileSync(stamp, wanted);
  console.log(`${folder} is ready`);
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
