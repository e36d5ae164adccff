/** Crockford's base 32: no letter that could be read as another. */
export const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/** A whole number below 2^53 in so many characters, the highest first. */
export function encodeBase32(value: number, characters: number): string {
  let rest = value;
  let text = '';
  for (let place = 0; place < characters; place++) {
    text = BASE32.charAt(rest % BASE32.length) + text;
    rest = Math.floor(rest / BASE32.length);
  }
  return text;
}

/** The whole number that `encodeBase32` made the text of. */
export function decodeBase32(text: string): number {
  return text.split('').reduce((sum, digit) => sum * BASE32.length + BASE32.indexOf(digit), 0);
}
