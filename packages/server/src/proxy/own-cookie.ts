/** Over TLS the name binds the cookie to one host (RFC 6265bis, 4.1.3.2), so that a page of another session cannot set it. */
const PLAIN = 'errand-at';
const SECURE = `__Host-${PLAIN}`;
/** Names of cookies that are ours, here and on the control plane's own host. */
const OURS = /^(__Host-)?errand(-at)?$/i;
/** Without TLS other hosts may have set some of the same name. */
const MOST = 4;

/** What our cookies of this host hold. */
export function ownCookies(header: string | undefined, secure: boolean): readonly string[] {
  const name = secure ? SECURE : PLAIN;
  return cookiesOf(header)
    .filter((cookie) => cookie.name === name)
    .slice(0, MOST)
    .map(({ text }) => text.slice(text.indexOf('=') + 1).trim());
}

/** The cookies of a request without ours; null: there are no others. */
export function foreignCookies(header: string): string | null {
  const foreign = cookiesOf(header).filter(({ name }) => !OURS.test(name));
  return foreign.length === 0 ? null : foreign.map(({ text }) => text.trim()).join('; ');
}

/** `Set-Cookie` for this host. Lax: links to a session may be followed from anywhere. */
export function setOwnCookie(secret: string, secure: boolean, maxAgeMs: number): string {
  const name = secure ? `${SECURE}=${secret}; Secure` : `${PLAIN}=${secret}`;
  return `${name}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.floor(maxAgeMs / 1_000)}`;
}

/** A cookie that an answer sets, for the host that set it alone; null: it has a name of ours. */
export function confinedCookie(header: string): string | null {
  const [pair = '', ...attributes] = header.split(';');
  // One without a name (`=errand-at=x`) is sent as its value alone, which then looks like ours.
  if (OURS.test((/^[\s=]*([^=]*)/.exec(pair)?.[1] ?? '').trim())) return null;
  return [pair, ...attributes.filter((each) => !/^\s*domain\s*(=|$)/i.test(each))].join(';');
}

function cookiesOf(header: string | undefined): readonly { readonly name: string; readonly text: string }[] {
  return (header ?? '').split(';').map((text) => ({ name: (text.split('=', 1)[0] ?? '').trim(), text }));
}
