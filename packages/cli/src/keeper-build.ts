import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Where the published package keeps the keeper's builds: beside the folder of its program. Undefined in the repository, where the agent's package knows its
 * own way to them.
 */
export function keeperFolder(main: string = process.argv[1] ?? ''): string | undefined {
  const folder = join(dirname(main), '..', 'keeper');
  return existsSync(folder) ? folder : undefined;
}

/** The build for this machine, as an option of agents; none in the repository, where they find it themselves. */
export async function publishedKeeper(): Promise<{ readonly keeper?: string }> {
  const folder = keeperFolder();
  if (folder === undefined) return {};
  const { keeperBinary } = await import('@errand/agent/keeper');
  const keeper = keeperBinary({ folder });
  return keeper === undefined ? {} : { keeper };
}

/** The builds that are put into containers, by the processor of their engine. */
export async function containerKeepers(): Promise<(arch: string) => string | undefined> {
  const folder = keeperFolder();
  const { keeperBinary } = await import('@errand/agent/keeper');
  return (arch) => keeperBinary({ ...(folder === undefined ? {} : { folder }), platform: 'linux', arch });
}

/** The text of the sh that stands in for the keeper on machines that have no build of it. */
export async function fallbackKeeper(): Promise<string> {
  const { fallbackScript } = await import('@errand/agent/keeper');
  return readFileSync(fallbackScript(keeperFolder()), 'utf8');
}
