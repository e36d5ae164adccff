import type { ServerConfig } from '../config.ts';
import type { SessionPlace } from './session-place.ts';

/** Nowhere where nothing is listened on. */
export function sessionPlaceOf({ listen, tls, trustProxy, proxy }: ServerConfig): SessionPlace | null {
  if (listen === null) return null;
  const secure = tls !== null || trustProxy;
  // Behind a proxy with TLS only the configuration can say where browsers knock.
  const port = proxy.port ?? (trustProxy || listen.port === 0 ? null : listen.port);
  return { secure, suffix: proxy.domain ?? 'localhost', port };
}
