/** Over TLS the name binds the cookie to this host and to TLS (RFC 6265bis, 4.1.3.2). */
const PLAIN = 'errand';
const SECURE = `__Host-${PLAIN}`;

/** The secret of a signed-in browser, or null. */
export function cookieOf(request: Request): string | null {
  const cookies = request.headers.get('cookie') ?? '';
  const name = isSecure(request) ? SECURE : PLAIN;
  for (const part of cookies.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}

/** `Set-Cookie` for a signed-in browser; with an age of 0 it signs out. */
export function setCookie(request: Request, secret: string, maxAgeMs: number): string {
  const secure = isSecure(request);
  const name = secure ? `${SECURE}=${secret}; Secure` : `${PLAIN}=${secret}`;
  return `${name}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeMs / 1_000)}`;
}

function isSecure(request: Request): boolean {
  return request.url.startsWith('https:');
}
