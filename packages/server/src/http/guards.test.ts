import { expect, it } from 'vitest';
import { checkOrigin } from './guards.ts';

const GUARDS = { hosts: ['errand.example'], loopback: false };

function asked(headers: Record<string, string>, method = 'GET'): Request {
  return new Request('http://here/', { method, headers: { host: 'errand.example', ...headers } });
}

it('knows addresses where it listens on more than loopback, and there alone', () => {
  for (const host of ['10.1.2.3', '10.1.2.3:4040', '[2001:db8::1]:4040']) {
    expect(() => checkOrigin(asked({ host }), GUARDS)).not.toThrow();
    expect(() => checkOrigin(asked({ host }), { ...GUARDS, loopback: true })).toThrow('not called');
  }
  expect(() => checkOrigin(asked({ host: '10.1.2.3.evil.example' }), GUARDS)).toThrow('not called');
});

it('lets a link from elsewhere be followed, but no form be sent by it', () => {
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect(() => checkOrigin(asked(link), GUARDS)).not.toThrow();
  expect(() => checkOrigin(asked(link, 'POST'), GUARDS)).toThrow('other origins');
  expect(() => checkOrigin(asked({ origin: 'null' }, 'POST'), GUARDS)).toThrow('other origins');
  expect(() => checkOrigin(asked({ origin: 'https://errand.example' }, 'POST'), GUARDS)).not.toThrow();
});
