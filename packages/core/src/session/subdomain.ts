import { ADJECTIVES, NOUNS } from './words.ts';

/** How many subdomains there are. */
export const SUBDOMAINS = ADJECTIVES.length * NOUNS.length;

/** The subdomain of a number: adjective-noun, another one for each number below {@link SUBDOMAINS}. */
export function subdomainOf(number: number): string {
  const place = Math.abs(Math.trunc(number)) % SUBDOMAINS;
  return `${ADJECTIVES[place % ADJECTIVES.length]}-${NOUNS[Math.floor(place / ADJECTIVES.length)]}`;
}

/** Is this the form of a subdomain? */
export function isSubdomain(text: string): boolean {
  return /^[a-z]{2,9}-[a-z]{2,9}$/.test(text);
}
