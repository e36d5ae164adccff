import { isSubdomain } from '@errand/core';

/** Where browsers reach the ports of sessions: each session, and each port, has a host of its own. */
export interface SessionPlace {
  readonly secure: boolean;
  /** `localhost`, or the domain of the configuration: hosts are below it. */
  readonly suffix: string;
  /** null: that of the scheme. Filled in by the listener, which may have chosen it. */
  port: number | null;
}

/** One host of a session. */
export interface SessionHost {
  readonly subdomain: string;
  /** As the session itself sees it; null: its first. */
  readonly port: number | null;
}

/** `brave-otter.localhost:4040`, `8080-brave-otter.example.com`: which session and port is meant; null: none has such a name. */
export function sessionHostOf(host: string, { suffix }: Pick<SessionPlace, 'suffix'>): SessionHost | null {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return name.endsWith(`.${suffix}`) ? sessionLabelOf(name.slice(0, -suffix.length - 1)) : null;
}

/** `brave-otter` or `8080-brave-otter`. */
export function sessionLabelOf(label: string): SessionHost | null {
  const [, port, subdomain = ''] = /^(?:([1-9]\d{0,4})-)?([a-z-]+)$/.exec(label) ?? [];
  if (!isSubdomain(subdomain)) return null;
  return { subdomain, port: port === undefined ? null : Number(port) };
}

/** The address of a session's host, without a slash at its end. */
export function addressOf({ secure, suffix, port }: SessionPlace, host: SessionHost): string {
  const label = host.port === null ? host.subdomain : `${host.port}-${host.subdomain}`;
  const usual = port === null || port === (secure ? 443 : 80);
  return `${secure ? 'https' : 'http'}://${label}.${suffix}${usual ? '' : `:${port}`}`;
}
