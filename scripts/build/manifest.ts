import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tree/files.ts';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The package.json of a folder of the repository. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** The version that the repository pins for a library, wherever it is listed. */
export function pinnedVersion(name: string, folders: readonly string[]): string {
  for (const folder of folders) {
    const { dependencies = {}, devDependencies = {} } = readManifest(folder);
    const version = dependencies[name] ?? devDependencies[name];
    if (version !== undefined) return version;
  }
  throw new Error(`no package.json of ${folders.join(', ')} lists ${name}`);
}

export function writeManifest(folder: string, manifest: Manifest & Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
