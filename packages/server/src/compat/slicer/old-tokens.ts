import { ErrandError } from '@errand/core';
import type { JWTPayload } from 'jose';
import type { SlicerConfig } from './config.ts';

/** Whose session of the old system a call is about. */
export interface OldUser {
  readonly user: string;
  readonly session: string;
  readonly admin: boolean;
}

/** Why a token is not taken, in the words of the old system. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
}

type Verify = (token: string) => Promise<JWTPayload>;

/** Only signatures with a pair of keys: a public key must never pass for a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Verifies tokens by the keys that are configured; they are fetched when needed, and again when a token names one that is new. */
export class OldTokens {
  readonly #config: SlicerConfig;
  #verify: Promise<Verify> | null = null;

  constructor(config: SlicerConfig) {
    this.#config = config;
  }

  /** The user behind a token; null: it is none of a user. */
  async user(token: string): Promise<OldUser | null> {
    const { claims } = this.#config;
    const payload = await this.payload(token);
    if (payload === null) return null;
    const [user, session] = [payload[claims.user], payload[claims.session]];
    if (typeof user !== 'string' || typeof session !== 'string' || user === '' || session === '') return null;
    return { user, session, admin: isAdmin(payload, claims.admin) };
  }

  /** Whose container the service behind a header may stop. Throws a TokenRefusal. */
  async service(header: string | null): Promise<OldUser> {
    const { service } = this.#config;
    if (header === null || header.trim() === '') throw new TokenRefusal('Token missing');
    const parts = header.trim().split(/\s+/);
    if (parts[0]?.toLowerCase() !== 'bearer' || parts.length === 1)
      throw new TokenRefusal('Invalid token header');
    if (parts.length > 2) throw new TokenRefusal('Token contains spaces');
    const payload = await this.payload(parts[1] ?? '');
    if (payload === null) throw new TokenRefusal('Invalid token');
    if (service === undefined || payload[service.sourceClaim] !== service.source)
      throw new TokenRefusal('Call from wrong micro-service');
    const [user, session] = [payload[service.user], payload[service.session]];
    if (typeof user !== 'string' || typeof session !== 'string') throw new TokenRefusal('Invalid token');
    return { user, session, admin: false };
  }

  /** What a token says; null: it is not valid (any more). Throws `unavailable` where the keys cannot be had. */
  async payload(token: string): Promise<JWTPayload | null> {
    this.#verify ??= verifier(this.#config);
    const verify = await this.#verify;
    try {
      return await verify(token);
    } catch (error) {
      if (isOurs(error))
        throw new ErrandError('unavailable', 'the keys that sign tokens cannot be fetched now; try again', {
          cause: error,
        });
      return null;
    }
  }
}

/** The library is loaded with the first token. */
async function verifier({ jwks, issuer, audience }: SlicerConfig): Promise<Verify> {
  const { createRemoteJWKSet, jwtVerify } = await import('jose');
  const keys = createRemoteJWKSet(new URL(jwks), { timeoutDuration: 5_000 });
  const options = {
    algorithms: ALGORITHMS,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  return async (token) => (await jwtVerify(token, keys, options)).payload;
}

/** All that is wrong with a token has a code of its own; what remains is wrong with where the keys are. */
function isOurs(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return true;
  return (
    error.code === 'ERR_JWKS_TIMEOUT' ||
    error.code === 'ERR_JOSE_GENERIC' ||
    error.code === 'ERR_JWKS_INVALID'
  );
}

function isAdmin(payload: JWTPayload, admin: SlicerConfig['claims']['admin']): boolean {
  if (admin === undefined) return false;
  const value = payload[admin.claim];
  return value === admin.value || (Array.isArray(value) && value.includes(admin.value));
}
