import { ErrandError } from '@errand/core';
import { readConfigFile, serverConfig } from './config.ts';
import { readTlsPair } from './http/tls-pair.ts';
import { registryPasswords } from './registry-passwords.ts';
import { requireScriptFolder } from './script-folder.ts';

/**
 * Checks a configuration file as far as that is possible without starting: what it says, whether that goes together, and the files that it names.
 * Throws `invalid` with every fault, `not_found` where there is no such file.
 */
export function checkConfig(path: string): void {
  const file = readConfigFile(path);
  const checks: readonly (() => unknown)[] = [
    () => serverConfig({ data: '', socket: '', file, embedded: false }),
    () => file.tls !== undefined && readTlsPair(file.tls),
    () => file.scripts !== undefined && requireScriptFolder(file.scripts),
    () => registryPasswords(file.docker?.registries ?? {}),
  ];
  const faults = checks.flatMap((check) => faultOf(check));
  if (faults.length > 0) throw new ErrandError('invalid', `${path} is not right:\n  ${faults.join('\n  ')}`);
}

function faultOf(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ErrandError) return [error.message];
    throw error;
  }
}
