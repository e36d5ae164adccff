import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { root } from '../tree/files.ts';
import { buildAgentFiles } from './agent-files.ts';
import { pinnedVersion, readManifest, writeManifest } from './manifest.ts';
import { buildPage, PAGE } from './page.ts';

/** Optional parts of libraries that ask for them and do without. */
const NOT_INSTALLED = ['pg-native', 'pg-cloudflare'];

/** Loaded by the client of Docker for ways to an engine that we do not offer: 4 MB, and a native part. */
const UNUSED = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader'];

/** Both have a file of their own, which is read by the commands that start them. */
const APART = ['server', 'agent'] as const;

/**
 * What people install: the command line with server and agent, and the keeper's builds. All that `errand run` needs lies in one file: to find and read
 * forty of them takes as long as a fifth of the whole call.
 */
export async function buildErrandPackage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const entryPoints = APART.map((name) => ({ out: name, in: join(root, 'packages', name, 'src/index.ts') }));
  const outdir = join(folder, 'dist');
  const chunked = { splitting: true, chunkNames: 'chunks/[name]-[hash]', metafile: true } as const;
  checkNames((await build({ ...BUNDLE, ...chunked, outdir, entryPoints })).metafile);
  const main = { errand: join(root, 'packages/cli/src/main.ts') };
  await build({ ...BUNDLE, outdir, entryPoints: main, plugins: [leaveApart] });
  for (const file of ['README.md', 'LICENSE']) cpSync(join(root, file), join(folder, file));
  await buildPage();
  cpSync(PAGE, join(folder, 'page'), { recursive: true });
  cpSync(join(root, 'packages/keeper/builds'), join(folder, 'keeper'), { recursive: true });
  cpSync(join(root, 'packages/keeper/sh/errand-keeper.sh'), join(folder, 'keeper/errand-keeper.sh'));
  await buildAgentFiles(join(folder, 'agent'));
  mkdirSync(join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'packages/cli/bin/errand'), join(folder, 'bin/errand'));
  chmodSync(join(folder, 'bin/errand'), 0o755);
  const { version } = readManifest('packages/cli');
  writeManifest(folder, {
    name: 'errand',
    version,
    description: 'Run a command anywhere, watch it live, leave nothing running.',
    license: 'MIT',
    type: 'module',
    bin: { errand: 'bin/errand' },
    files: ['bin', 'dist', 'keeper', 'agent', 'page'],
    dependencies: { node: pinnedVersion('node', ['.']) },
  });
}

/** A library in CommonJS has no names where it is imported later: `const { Name } = await import(...)` is `undefined` then, and only in what is published. */
function checkNames({ outputs }: Metafile): void {
  const nameless = Object.values(outputs).filter(
    ({ entryPoint, exports }) =>
      entryPoint?.includes('node_modules/') === true && exports.join() === 'default',
  );
  if (nameless.length === 0) return;
  const paths = nameless.map(({ entryPoint }) => entryPoint).join(', ');
  throw new Error(`import ${paths} from a file of ours, and that file later: they have no names otherwise`);
}

const BUNDLE = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  // As modules where libraries come as both: by their names, and without what nobody uses.
  mainFields: ['module', 'main'],
  target: 'node26',
  external: NOT_INSTALLED,
  alias: Object.fromEntries(UNUSED.map((name) => [name, join(root, 'scripts/build/unused-library.ts')])),
  // Libraries in CommonJS ask for Node's own modules by require.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

const leaveApart: Plugin = {
  name: 'leave-apart',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^@errand\/(server|agent)$/ }, ({ path }) => ({
      path: `./${path.slice('@errand/'.length)}.js`,
      external: true,
    }));
  },
};
