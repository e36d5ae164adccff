import { expect, it } from 'vitest';
import { cookieOf, setCookie } from './cookie.ts';

const at = (url: string, cookie = ''): Request => new Request(url, { headers: { cookie } });

it('binds a cookie to TLS and to this host where there is TLS, and takes none there that is not bound', () => {
  expect(setCookie(at('https://here/'), 'x', 60_000)).toBe(
    '__Host-errand=x; Secure; Path=/; HttpOnly; SameSite=Strict; Max-Age=60',
  );
  expect(setCookie(at('http://here/'), 'x', 60_000)).toBe(
    'errand=x; Path=/; HttpOnly; SameSite=Strict; Max-Age=60',
  );
  const both = 'errand=planted; __Host-errand=ours';
  expect(cookieOf(at('https://here/', both))).toBe('ours');
  expect(cookieOf(at('https://here/', 'errand=planted'))).toBeNull();
});
