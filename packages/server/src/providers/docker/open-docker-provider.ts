import { ErrandError } from '@errand/core';
import { type EngineAddress, parseEngineAddress } from './engine.ts';
import { DockerProvider, type DockerProviderParts } from './provider.ts';
import type { Registries } from './pull.ts';

/** What `docker:` in the configuration says, with the passwords that its files hold. */
export interface DockerSettings {
  /** `unix:///path` or `tcp://host:port`. */
  readonly host: string;
  readonly registries: Registries;
}

/** The provider for these settings. Throws `invalid` where they cannot be; an engine that is not there is no error yet. */
export function openDockerProvider(
  { host, registries }: DockerSettings,
  parts: Omit<DockerProviderParts, 'address' | 'registries'>,
): DockerProvider {
  return new DockerProvider({ ...parts, address: addressOf(host), registries });
}

function addressOf(host: string): EngineAddress {
  const address = parseEngineAddress(host);
  if (address !== null) return address;
  throw new ErrandError('invalid', `docker.host is ${host}; it must be unix:///path or tcp://host:port`);
}
