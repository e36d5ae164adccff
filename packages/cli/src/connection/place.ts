import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../config.ts';
import { readLogin } from './login-file.ts';

/** Which control plane a command talks to: a server somewhere, or the one of a data folder on this machine. */
export type Place =
  | { readonly kind: 'server'; readonly url: string; readonly key: string | undefined }
  | { readonly kind: 'folder'; readonly data: string };

/** Flags every command that talks to a control plane has. */
export interface PlaceFlags {
  readonly url?: string;
  readonly data?: string;
}

/** The more explicit wins: flags, then the environment, then the login, then this user's own folder. */
export function choosePlace(flags: PlaceFlags, environment: Environment): Place {
  if (flags.url !== undefined && flags.data !== undefined)
    throw new CliError('--url names a server and --data a folder of this machine; leave out one of them');
  if (flags.url !== undefined) return serverAt(flags.url, environment);
  if (flags.data !== undefined) return { kind: 'folder', data: folderAt(flags.data) };
  if (environment.url !== undefined) return serverAt(environment.url, environment);
  if (environment.data !== undefined) return { kind: 'folder', data: resolve(environment.data) };
  const login = readLogin(environment);
  if (login !== null) return { kind: 'server', ...login, key: environment.key ?? login.key };
  return { kind: 'folder', data: defaultDataFolder(environment) };
}

export function defaultDataFolder({ data, stateHome, home }: Environment): string {
  if (data !== undefined) return resolve(data);
  return join(stateHome ?? join(home ?? homedir(), '.local', 'state'), 'errand');
}

/** What `--data` names. An unset variable of a script must not make a data folder of whatever folder it runs in. */
export function folderAt(data: string): string {
  if (data.trim() === '') throw new CliError('--data is empty; name a folder, or leave it out');
  return resolve(data);
}

function serverAt(url: string, environment: Environment): Place {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new CliError(`${url} is no address of a server; it must begin with http:// or https://`);
  const login = environment.key === undefined ? readLogin(environment) : null;
  const key = environment.key ?? (login?.url === url ? login.key : undefined);
  return { kind: 'server', url, key };
}
