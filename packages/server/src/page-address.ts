import type { ServerConfig } from './config.ts';

/**
 * Where people open the page. Under the name that the configuration gives us, where TLS is ours or a proxy's: an address such as 0.0.0.0 opens
 * nowhere, and is in no certificate. A proxy is taken to be at 443 unless `url` says otherwise. On loopback a name of its own, because cookies
 * ignore ports. `listening` is where we listen ourselves.
 */
export function pageAddress(
  { hosts, url, tls, trustProxy }: Pick<ServerConfig, 'hosts' | 'url' | 'tls' | 'trustProxy'>,
  listening: { readonly url: string; readonly isLoopback: boolean },
): string {
  const { protocol, port } = new URL(listening.url);
  const [name] = hosts;
  if (name === undefined || (tls === null && !trustProxy))
    return listening.isLoopback ? `${protocol}//errand.localhost:${port}` : listening.url;
  if (url !== null && hosts.includes(new URL(url).hostname)) return url;
  return trustProxy ? `https://${name}` : new URL(`https://${name}:${port}`).origin;
}
