import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const from = (forwarded: string | undefined, remoteAddress = '::ffff:10.0.0.1') =>
  ({ headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } }) as unknown as Parameters<
    typeof clientAddress
  >[0];

it('believes of a chain of proxies the last alone, which is the trusted one, and nothing where none is trusted', () => {
  expect(clientAddress(from('6.6.6.6, 203.0.113.7'), true)).toBe('203.0.113.7');
  expect(clientAddress(from('6.6.6.6, 203.0.113.7'), false)).toBe('10.0.0.1');
  expect(clientAddress(from(undefined), true)).toBe('10.0.0.1');
});
