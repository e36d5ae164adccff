import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../config.ts';
import { makeFolders } from './make-folders.ts';

/** The server that `errand login` chose, with the key for it. */
export interface Login {
  readonly url: string;
  readonly key: string;
}

export function loginPath({ configHome, home }: Environment): string {
  const folder = configHome ?? (home === undefined ? undefined : join(home, '.config'));
  if (folder === undefined)
    throw new CliError('neither XDG_CONFIG_HOME nor HOME says where to keep the login');
  return join(folder, 'errand', 'login.json');
}

/** The login, or null where nobody logged in. */
export function readLogin(environment: Environment): Login | null {
  if (environment.configHome === undefined && environment.home === undefined) return null;
  const path = loginPath(environment);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const login = parse(text);
  if (login === null) throw new CliError(`${path} is damaged; make it anew with errand login URL`);
  return login;
}

/** Stores the login where only its owner can read it. */
export function writeLogin(environment: Environment, login: Login): string {
  const path = loginPath(environment);
  makeFolders(dirname(path));
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, path);
  return path;
}

function parse(text: string): Login | null {
  try {
    const { url, key } = JSON.parse(text) as Partial<Login>;
    return typeof url === 'string' && typeof key === 'string' ? { url, key } : null;
  } catch {
    return null;
  }
}
