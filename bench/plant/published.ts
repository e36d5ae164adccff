import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildErrandPackage } from '../../scripts/build/errand-package.ts';

/** The command line as people install it: the package that is published, with this Node beside it as npm would put it. Answers its path. */
export async function publish(folder: string): Promise<string> {
  const modules = join(folder, 'published/node_modules');
  const program = join(modules, 'errand');
  await buildErrandPackage(program);
  const node = join(modules, 'node/bin');
  mkdirSync(node, { recursive: true });
  symlinkSync(process.execPath, join(node, 'node'));
  return join(program, 'bin/errand');
}
