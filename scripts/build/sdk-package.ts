import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { root } from '../tree/files.ts';
import { pinnedVersion, readManifest, writeManifest } from './manifest.ts';

/** Where the packages whose types the SDK shows begin, within the emitted declarations. */
const ENTRIES: Readonly<Record<string, string>> = {
  '@errand/contract': 'contract/src/index',
  '@errand/contract/wire': 'contract/src/wire/index',
  '@errand/core': 'core/src/index',
  '@errand/core/vocabulary': 'core/src/vocabulary/index',
};

/** The client as one module for Node and browsers, with the declarations of everything it shows. No library runs in it; zod is needed for its types. */
export async function buildSdkPackage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: { index: join(root, 'packages/sdk/src/index.ts') },
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    logLevel: 'warning',
  });
  writeDeclarations(join(folder, 'types'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const { version } = readManifest('packages/sdk');
  writeManifest(folder, {
    name: '@errand/sdk',
    version,
    description: 'Client of an Errand control plane, for Node and browsers.',
    license: 'MIT',
    type: 'module',
    exports: { '.': { types: './types/sdk/src/index.d.ts', default: './index.js' } },
    files: ['index.js', 'types'],
    dependencies: { zod: pinnedVersion('zod', ['packages/contract']) },
  });
}

function writeDeclarations(folder: string): void {
  const config = join(root, '.cache', 'tsconfig.sdk.json');
  mkdirSync(dirname(config), { recursive: true });
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: join(root, 'packages'),
    outDir: folder,
  };
  // What is reached by its package name counts as a library and is not emitted, so each entry is named.
  const sources = ['sdk/src/index', ...Object.values(ENTRIES)].map((entry) => `../packages/${entry}.ts`);
  const extending = { extends: '../tsconfig.json', compilerOptions, include: [], files: sources };
  writeFileSync(config, JSON.stringify(extending));
  // With several threads TypeScript 7.0.2 on a busy machine leaves out files now and then, and says that all is well (3 of 8 times with a load of 20).
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '--singleThreaded', '-p', config];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  rmSync(config);
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.d.ts')) rewriteImports(folder, path);
}

/** Names of our packages become relative paths, and the sources' `.ts` what stands beside them now. */
function rewriteImports(folder: string, path: string): void {
  const file = join(folder, path);
  const text = readFileSync(file, 'utf8').replaceAll(
    /(['"])(\.[^'"]*\.ts|@errand\/[^'"]+)\1/g,
    (_, quote: string, name: string) => {
      const target = ENTRIES[name];
      if (target === undefined) return `${quote}${name.replace(/\.ts$/, '.js')}${quote}`;
      const way = relative(dirname(path), `${target}.js`);
      return `${quote}${way.startsWith('.') ? way : `./${way}`}${quote}`;
    },
  );
  writeFileSync(file, text);
}
