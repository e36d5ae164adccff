import type { KnipConfig } from 'knip';
import { generators } from './scripts/generators.ts';

/** What nobody imports but somebody starts: executables, tests, generators. Everything else must be used. */
const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        'scripts/{aws-tools,build,build-agent,build-page,check,test,generate,ci-totals,requires,second-look}.ts',
        'scripts/build/unused-library.ts',
        'scripts/**/*.test.ts',
      ],
      project: ['scripts/**/*.ts'],
    },
    'packages/*': {
      entry: ['src/main.ts', 'src/**/*.test.ts', 'test/**/*.ts', ...generators.map(insidePackage)],
      project: ['**/*.ts'],
    },
    'packages/web': {
      entry: ['src/main.tsx', 'vite.config.ts'],
      project: ['src/**/*.{ts,tsx}'],
      // Imported by the style sheet.
      ignoreDependencies: ['tailwindcss'],
    },
    // Programs that the agent carries as text.
    'packages/agent': {
      entry: [
        'src/{main,lambda/main,module-host/main}.ts',
        'src/shipped/*.ts',
        'src/**/*.test.ts',
        'test/**/*.ts',
        ...generators.map(insidePackage),
      ],
      project: ['**/*.ts'],
    },
    'packages/cli': {
      // The keeper is a program: its builds are found as files, not imported.
      ignoreDependencies: ['@errand/keeper'],
    },
    e2e: {
      entry: ['**/*.test.ts', 'simulator/{main,mutations}.ts', 'page/screenshots.ts'],
      project: ['**/*.ts'],
      // Started as a program.
      ignoreDependencies: ['asl-validator'],
    },
    bench: { entry: ['main.ts', 'workers/main.ts', 'store.ts'], project: ['**/*.ts'] },
  },
  ignoreBinaries: [
    'chroot',
    'gcc',
    'ip',
    'ldd',
    'mkfifo',
    'mount',
    'nsenter',
    'openssl',
    'prlimit',
    'script',
    'setpriv',
    'ssh-keygen',
    'strip',
    'tc',
    'umount',
    'unshare',
  ],
  // A constant or type that its own file uses may be exported for those who read it there.
  ignoreExportsUsedInFile: true,
};

export default config;

/** `packages/contract/src/x.ts` -> `src/x.ts` */
function insidePackage(path: string): string {
  return path.split('/').slice(2).join('/');
}
