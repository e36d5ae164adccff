import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tree/files.ts';

/**
 * `npm run aws-tools`: an emulator of AWS and AWS's own command line, for tests, in a virtual environment of Python; and what Lambda executes
 * functions with: Node 22 and AWS's runtime client, whose add-on nobody builds. Made once; anew when the versions here have changed.
 */
const PACKAGES = ['moto[server]==5.2.5', 'awscli==1.46.2', 'aws-sam-cli==1.170.0'];
const ARCHIVES = {
  node: `node-linux-${process.arch}@22.23.3`,
  ric: 'aws-lambda-ric@4.0.2',
} as const;

const folder = join(root, '.cache/aws-tools');
const stamp = join(folder, 'bin/ready');
const wanted = `${[...PACKAGES, ...Object.values(ARCHIVES)].join('\n')}\n`;

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
  for (const [name, archive] of Object.entries(ARCHIVES)) unpack(archive, join(folder, 'lambda', name));
  writeFileSync(stamp, wanted);
  console.log(`${folder} is ready`);
}

/** A package of npm as it was published, without what it would install. */
function unpack(archive: string, into: string): void {
  mkdirSync(into, { recursive: true });
  const options = ['--silent', '--pack-destination', into];
  const file = execFileSync('npm', ['pack', archive, ...options], { encoding: 'utf8' }).trim();
  run('tar', '-xzf', join(into, file), '--strip-components=1', '-C', into);
  rmSync(join(into, file));
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
