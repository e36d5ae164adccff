/** Writes the programs that an agent carries as text: the module host and the shipped scripts. With --check compares instead and fails when they are out of date. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const src = join(import.meta.dirname, '..');

write('module-host/program.ts', [
  '/** The bundle of `main.ts`. */',
  `export const HOST_PROGRAM = ${JSON.stringify(await bundled('module-host/main.ts'))};`,
]);
const names = readdirSync(join(src, 'shipped')).map((file) => file.replace(/\.ts$/, ''));
write('scripts/shipped.ts', [
  "import type { OfferedScript } from '@errand/contract';",
  '',
  '/** The scripts that every agent has: the bundles of `../shipped/*.ts`. */',
  'export const SHIPPED: readonly { readonly offered: OfferedScript; readonly text: string }[] =',
  `  ${JSON.stringify(await Promise.all(names.toSorted().map(shipped)), null, 1)};`,
]);

async function shipped(name: string): Promise<object> {
  const text = await bundled(`shipped/${name}.ts`);
  const { description, parameters, result } = (await import(`../shipped/${name}.ts`)) as Record<
    string,
    object
  >;
  const rule = { from: 'return', schema: null, view: null, ...result };
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { offered: { name, description, parameters, result: rule, sha256 }, text };
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: src,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    charset: 'utf8',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

function write(file: string, lines: readonly string[]): void {
  const path = join(src, file);
  const text = `// Made by module-host/generate.ts.\n${lines.join('\n')}\n`;
  if (!process.argv.includes('--check')) return writeFileSync(path, text);
  const present = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (present !== text) throw new Error(`${file} of the agent is out of date: run npm run generate`);
}
