import { existsSync } from 'node:fs';
import type { ConfigFile } from '@errand/server';
import { CliError } from '../cli-error.ts';

/** What is read where no other file is named. */
export const CONFIG_FILE = 'errand.yaml';

/** The configuration: of the file that was named, else of the one in this folder, else an empty one. Throws a CliError with every fault of it. */
export async function readConfig(named: string | undefined): Promise<ConfigFile> {
  const path = named ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
  if (path === undefined) return {};
  const { readConfigFile } = await import('@errand/server');
  return told(() => readConfigFile(path));
}

/** Throws a CliError with every fault of a file and of those that it names. */
export async function checkConfigAt(path: string): Promise<void> {
  const { checkConfig } = await import('@errand/server');
  told(() => checkConfig(path));
}

function told<Value>(look: () => Value): Value {
  try {
    return look();
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
