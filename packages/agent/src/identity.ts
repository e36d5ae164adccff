import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join as joinPath, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from './http-link.ts';
import { errorCode } from './keeper/error-code.ts';
import { LinkRefusal } from './link-refusal.ts';
import { replaceFile } from './replace-file.ts';

/** Who this agent is for its control plane. */
export interface Identity {
  readonly agentId: string;
  readonly pool: string;
  /** What it is called, until its command line says otherwise. */
  readonly name: string;
  /** Secret; the file that holds it is readable by this user alone. */
  readonly key: string;
  /** Shall follow the key; written down before the control plane hears of it. */
  readonly nextKey: string | null;
  /** When the key was made, by this machine's clock. */
  readonly keyAt: number;
}

export interface IdentityRequest {
  readonly url: string;
  /** The agent's data folder. */
  readonly data: string;
  /** Without one it keeps the name that it has; at first that of the machine. */
  readonly name: string | undefined;
  readonly pool: string | undefined;
  readonly token: string | undefined;
}

/** A lost answer must not cost the token: the same key is named again, and the control plane knows it. */
const JOIN_TRIES = 4;
const JOIN_AGAIN_MS = 500;

/** The identity of a data folder; an agent that has none yet joins with the token. */
export async function identityOf({ url, data, name, pool, token }: IdentityRequest): Promise<Identity> {
  const known = readIdentity(data);
  if (known !== undefined) return named(known, data, name);
  if (token === undefined) {
    throw new Error(`the agent of ${data} has not joined yet: give it a token from \`errand pool token\``);
  }
  const wish = { token, name: name ?? hostname(), key: newKey(), ...(pool === undefined ? {} : { pool }) };
  const joined = await joinPatiently(url, wish);
  const identity = { ...joined, name: wish.name, nextKey: null, keyAt: Date.now() };
  writeIdentity(data, identity);
  return identity;
}

/** A name that is given is the agent's from then on. */
function named(known: Identity, data: string, name: string | undefined): Identity {
  if (name === undefined || name === known.name) return known;
  const identity = { ...known, name };
  writeIdentity(data, identity);
  return identity;
}

/** Becomes an agent that lives as long as this process: its key is on no disk. */
export function joinForOnce(url: string, token: string, name: string): ReturnType<typeof join> {
  return joinPatiently(url, { token, name, key: newKey() });
}

/** Makes the folder this user's alone. Throws a sentence that says what to change where that cannot be. */
export function makePrivate(data: string): void {
  try {
    makeFolder(resolve(data));
    chmodSync(data, 0o700);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const advice = 'name a folder of this user with --data';
    throw new Error(`the data folder ${data} cannot be used (${why}); ${advice}`, { cause: error });
  }
}

/** Node's own `recursive` turns for ever where a folder exists in which none can be made, such as /proc. */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** There whole, or not at all: a machine that dies meanwhile has the one before. */
export function writeIdentity(data: string, identity: Identity): void {
  makePrivate(data);
  replaceFile(identityFile(data), `${JSON.stringify(identity)}\n`);
}

/** 256 random bits in the form of every key. */
export function newKey(): string {
  return `err_${randomBytes(32).toString('base64url')}`;
}

async function joinPatiently(
  url: string,
  wish: Parameters<typeof join>[1],
): Promise<{ agentId: string; pool: string; key: string }> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await join(url, wish);
    } catch (error) {
      if (error instanceof LinkRefusal) throw error;
      if (tries === JOIN_TRIES)
        throw new Error(`${url} cannot be reached: ${String(error)}`, { cause: error });
      await sleep(JOIN_AGAIN_MS);
    }
  }
}

function identityFile(data: string): string {
  return joinPath(data, 'identity.json');
}

function readIdentity(data: string): Identity | undefined {
  const file = identityFile(data);
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Identity>;
    // Older agents wrote no name down.
    const { agentId, pool, key, name = hostname(), nextKey = null, keyAt = 0 } = found;
    if (typeof agentId !== 'string' || typeof pool !== 'string' || typeof key !== 'string')
      throw new Error('something is missing in it');
    return { agentId, pool, name, key, nextKey, keyAt };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    const why = error instanceof Error ? error.message : String(error);
    const advice = 'remove it and join again with a new token';
    throw new Error(`${file} cannot be read (${why}); ${advice}`, { cause: error });
  }
}
