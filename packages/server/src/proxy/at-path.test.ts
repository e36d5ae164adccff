import { expect, it } from 'vitest';
import { onThisHost } from './at-path.ts';

const change = onThisHost('/at/brave-otter');

it.each([
  'set-cookie',
  'clear-site-data',
  'strict-transport-security',
  'service-worker-allowed',
  'alt-svc',
  'report-to',
  'www-authenticate',
  'access-control-allow-origin',
  'access-control-allow-credentials',
])('keeps %s of an answer below /at/ from the origin of the control plane', (name) => {
  expect(change(name, 'x')).toBeNull();
});

it('keeps a redirect of the session within it, and others as they are', () => {
  const to = (location: string): string | null => change('location', location);
  expect([to('/login'), to('//evil.example/'), to('https://a.example/')]).toEqual([
    '/at/brave-otter/login',
    '//evil.example/',
    'https://a.example/',
  ]);
});
