import { expect, it } from 'vitest';
import { ownCookies, setOwnCookie } from './own-cookie.ts';

it('binds a cookie of a session to its host over TLS, and takes none there that another host may have set', () => {
  expect(setOwnCookie('x', true, 60_000)).toBe(
    '__Host-errand-at=x; Secure; Path=/; HttpOnly; SameSite=Lax; Max-Age=60',
  );
  expect(setOwnCookie('x', false, 60_000)).toBe('errand-at=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=60');
  const both = 'errand-at=planted; __Host-errand-at=ours; errand-at=again';
  expect(ownCookies(both, true)).toEqual(['ours']);
  expect(ownCookies(both, false)).toEqual(['planted', 'again']);
});
