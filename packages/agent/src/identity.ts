import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { join } from './http-link.ts';
import { errorCode } from './keeper/error-code.ts';

/** Who this agent is for its control plane. */
export interface Identity {
  readonly agentId: string;
  readonly pool: string;
  /** Secret; the file that holds it is readable by this user alone. */
  readonly key: string;
}

export interface IdentityRequest {
  readonly url: string;
  /** The agent's data folder. */
  readonly data: string;
  readonly name: string;
  readonly token: string | undefined;
}

/** The identity of a data folder; an agent that has none yet joins with the token. */
export async function identityOf({ url, data, name, token }: IdentityRequest): Promise<Identity> {
  const file = joinPath(data, 'identity.json');
  const known = readIdentity(file);
  if (known !== undefined) return known;
  if (token === undefined) {
    throw new Error(`the agent of ${data} has not joined yet: give it a token from \`errand pool token\``);
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const { agentId, pool, key } = await join(url, { token, name });
  // The token is used up: the file is there whole, or not at all.
  writeFileSync(`${file}.new`, `${JSON.stringify({ agentId, pool, key })}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return { agentId, pool, key };
}

function readIdentity(file: string): Identity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Identity;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}
