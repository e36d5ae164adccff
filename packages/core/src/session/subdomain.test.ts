import { expect, it } from 'vitest';
import { isSubdomain, SUBDOMAINS, subdomainOf } from './subdomain.ts';
import { ADJECTIVES, NOUNS } from './words.ts';

it('has a subdomain of two words for every number, each another one', () => {
  const all = new Set(Array.from({ length: SUBDOMAINS }, (_, number) => subdomainOf(number)));
  expect(all.size).toBe(SUBDOMAINS);
  expect([...all].every(isSubdomain)).toBe(true);
  expect(SUBDOMAINS).toBeGreaterThan(100_000);
});

it('takes a fraction and a number too large for what they stand for', () => {
  expect(subdomainOf(7.9)).toBe(subdomainOf(7));
  expect(subdomainOf(SUBDOMAINS + 3)).toBe(subdomainOf(3));
});

it('has no word twice', () => {
  expect(new Set(ADJECTIVES).size).toBe(ADJECTIVES.length);
  expect(new Set(NOUNS).size).toBe(NOUNS.length);
});
