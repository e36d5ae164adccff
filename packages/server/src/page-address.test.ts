import { expect, it } from 'vitest';
import { pageAddress } from './page-address.ts';

const PLAIN = { hosts: [], url: null, tls: null, trustProxy: false };
const NAMED = { ...PLAIN, hosts: ['errand.example.com', 'errand'] };
const TLS = { ...NAMED, tls: { cert: 'cert.pem', key: 'key.pem' } };
const PROXIED = { ...NAMED, trustProxy: true };

it.each([
  ['http://127.0.0.1:4040', PLAIN, 'http://errand.localhost:4040'],
  ['http://127.0.0.1:4040', NAMED, 'http://errand.localhost:4040'],
  ['http://127.0.0.1:4040', { ...NAMED, url: 'http://errand:80' }, 'http://errand.localhost:4040'],
  ['https://0.0.0.0:4040', { ...TLS, hosts: [] }, 'https://0.0.0.0:4040'],
  ['https://0.0.0.0:4040', TLS, 'https://errand.example.com:4040'],
  ['https://0.0.0.0:443', TLS, 'https://errand.example.com'],
  ['http://127.0.0.1:4040', PROXIED, 'https://errand.example.com'],
  ['http://127.0.0.1:4040', { ...PROXIED, hosts: [] }, 'http://errand.localhost:4040'],
  ['http://0.0.0.0:4040', PROXIED, 'https://errand.example.com'],
  ['http://0.0.0.0:4040', { ...PROXIED, url: 'https://errand:8443' }, 'https://errand:8443'],
  ['http://0.0.0.0:4040', { ...PROXIED, url: 'http://10.0.0.7:4040' }, 'https://errand.example.com'],
])('of a server that listens at %s, as %j, is %s', (url, config, page) => {
  const isLoopback = url.includes('127.0.0.1');
  expect(pageAddress(config, { url, isLoopback })).toBe(page);
});
