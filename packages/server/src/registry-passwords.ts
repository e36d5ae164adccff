import { readFileSync } from 'node:fs';
import { ErrandError } from '@errand/core';
import type { ServerConfig } from './config.ts';

type Configured = NonNullable<ServerConfig['docker']>['registries'];
type Passwords = Readonly<Record<string, { readonly username: string; readonly password: string }>>;

/** Who we are at registries, with what the files hold; a line end behind a password is not part of it. Throws `invalid` where one cannot be read. */
export function registryPasswords(registries: Configured): Passwords {
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
