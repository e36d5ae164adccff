import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Platforms the keeper is built for. */
export const KEEPER_BUILDS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'] as const;

/**
 * The path of the keeper's build for a platform, or undefined where none exists.
 * `folder` is where the builds lie; by default those of the repository's keeper package.
 */
export function keeperBinary(
  options: { folder?: string; platform?: string; arch?: string } = {},
): string | undefined {
  const name = `${options.platform ?? process.platform}-${options.arch ?? process.arch}`;
  if (!(KEEPER_BUILDS as readonly string[]).includes(name)) return undefined;
  const folder = options.folder ?? fileURLToPath(new URL('../../../keeper/builds/', import.meta.url));
  const path = `${folder.replace(/\/$/, '')}/errand-keeper-${name}`;
  return existsSync(path) ? path : undefined;
}
