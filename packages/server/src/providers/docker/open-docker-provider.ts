import { readFileSync } from 'node:fs';
import { ErrandError } from '@errand/core';
import { type EngineAddress, parseEngineAddress } from './engine.ts';
import { DockerProvider, type DockerProviderParts } from './provider.ts';
import type { Registries } from './pull.ts';

/** What `docker:` in the configuration says. */
export interface DockerSettings {
  /** `unix:///path` or `tcp://host:port`. */
  readonly host: string;
  readonly registries: Readonly<Record<string, { readonly username: string; readonly passwordFile: string }>>;
}

/** The provider for these settings. Throws `invalid` where they cannot be; an engine that is not there is no error yet. */
export function openDockerProvider(
  { host, registries }: DockerSettings,
  parts: Omit<DockerProviderParts, 'address' | 'registries'>,
): DockerProvider {
  return new DockerProvider({ ...parts, address: addressOf(host), registries: withPasswords(registries) });
}

function addressOf(host: string): EngineAddress {
  const address = parseEngineAddress(host);
  if (address !== null) return address;
  throw new ErrandError('invalid', `docker.host is ${host}; it must be unix:///path or tcp://host:port`);
}

function withPasswords(registries: DockerSettings['registries']): Registries {
  return Object.fromEntries(
    Object.entries(registries).map(([registry, { username, passwordFile }]) => {
      try {
        return [registry, { username, password: readFileSync(passwordFile, 'utf8').trimEnd() }];
      } catch (cause) {
        const what = `docker.registries.${registry}.passwordFile`;
        throw new ErrandError('invalid', `${what}: ${passwordFile} cannot be read`, { cause });
      }
    }),
  );
}
