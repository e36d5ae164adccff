import { secretFault } from '@errand/contract/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formsOf } from './encodings.ts';
import { SecretMask } from './secret-mask.ts';

const secrets = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 8, maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom(...Array.from('aZ0 +/=?&%"\\\'<>\n\té~_-')),
      minLength: 8,
      maxLength: 60,
    }),
    fc.base64String({ minLength: 8, maxLength: 200 }),
  )
  .map((text) => text.replace(/^[\r\n]+|[\r\n]+$/g, ''))
  .filter((text) => secretFault(text) === null && text.isWellFormed() && !text.includes('\0'));

const upperEscapes = (text: string) => text.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
const ascii = (text: string) =>
  text.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What programs write of a secret that they were given. */
const encoders: Record<string, (secret: string) => string> = {
  raw: (secret) => secret,
  encodeURIComponent,
  encodeURI,
  'encodeURIComponent, lower': (secret) =>
    encodeURIComponent(secret).replaceAll(/%../g, (escape) => escape.toLowerCase()),
  URLSearchParams: (secret) => new URLSearchParams({ '': secret }).toString().slice(1),
  'every byte': (secret) =>
    upperEscapes(
      Array.from(Buffer.from(secret), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    ),
  'JSON.stringify': (secret) => JSON.stringify(secret).slice(1, -1),
  'json.dumps of Python': (secret) => ascii(JSON.stringify(secret).slice(1, -1)),
  'json_encode of PHP': (secret) => ascii(JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')),
  'a terminal': (secret) => secret.replaceAll(/\r?\n/g, '\r\n'),
  'set -x': (secret) => secret.replaceAll("'", "'\\''"),
};

describe('a secret', () => {
  it.each(Object.entries(encoders))('is hidden as %s writes it', (_, encode) => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const written = encode(secret);
        // In a frame whose characters no secret of this test has.
        const masked = new SecretMask([secret]).text(`«${written}»`);
        expect(masked).toBe(
          `«${written.replaceAll(/[^\r\n]/gu, (character) => '*'.repeat(Buffer.byteLength(character)))}»`,
        );
      }),
      { numRuns: 100 },
    );
  });

  it.each(['base64', 'base64url'] as const)('is hidden in the %s of any text around it', (encoding) => {
    const around = fc.uint8Array({ maxLength: 20 });
    fc.assert(
      fc.property(secrets, around, around, (secret, before, after) => {
        const inside = Buffer.from(secret);
        const text = Buffer.concat([before, inside, after]).toString(encoding);
        const masked = new SecretMask([secret]).text(text);
        expect(masked.length).toBe(text.length);
        // Each character holds 6 bits: those that begin within the secret are hidden; one that begins before it may show its first 4.
        const first = Math.ceil((before.length * 8) / 6);
        const last = Math.ceil(((before.length + inside.length) * 8) / 6) - 1;
        expect(masked.slice(first, last + 1)).toBe('*'.repeat(last + 1 - first));
      }),
      { numRuns: 200 },
    );
  });

  it.each([64, 76])('is hidden in base64 with lines of %i characters', (width) => {
    const secret =
      'A private key, or something else that does not fit into one line of base64; and the rest of it.';
    const lines = Buffer.from(`${secret}\n`)
      .toString('base64')
      .replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n');
    const masked = new SecretMask([secret]).text(lines);
    expect(masked).toMatch(/^[*\n]+[\w=]{0,4}\n?$/);
    expect(masked.length).toBe(lines.length);
  });

  it('of several lines is hidden line by line, but for lines that are no secret by themselves', () => {
    const key = '-----BEGIN KEY-----\r\nMIIEvQIBADANBg\r\n  kqhkiG9w0BAQEFAA\r\n}\r\n-----END KEY-----\r\n';
    const mask = new SecretMask([key]);
    expect(mask.text('log: MIIEvQIBADANBg, kqhkiG9w0BAQEFAA } -----BEGIN KEY-----')).toBe(
      'log: **************, **************** } -----BEGIN KEY-----',
    );
    expect(mask.text(key.replaceAll('\r', ''))).toMatch(/^[*\n]+$/);
    expect(mask.text(key)).toMatch(/^[*\r\n]+$/);
    expect(mask.text(JSON.stringify(key))).toMatch(/^"\*+\\r\\n"$/);
    expect(mask.text(Buffer.from('..MIIEvQIBADANBg..').toString('base64'))).toMatch(/^...\*+...$/);
  });

  it('is found with the line break at its end, and without', () => {
    expect(new SecretMask(['do-not-tell\n']).text('do-not-tell')).toBe('***********');
  });

  it('hides nothing else', () => {
    const text = 'do-not, tell, ZG8tbm90, do%2Dnot, {"do": "not"}';
    expect(new SecretMask(['do-not-tell']).text(text)).toBe(text);
  });

  it('as other encoders write it, is hidden too', () => {
    const mask = new SecretMask(['<a> "b" & \'c\' ü+/']);
    for (const text of [
      String.raw`\u003ca\u003e \"b\" \u0026 'c' ü+/`, // Go
      String.raw`\u003ca\u003e \"b\" \u0026 \u0027c\u0027 ü+/`, // Gson
      String.raw`\u003Ca\u003E \u0022b\u0022 \u0026 \u0027c\u0027 \u00FC\u002B/`, // .NET
      '%3Ca%3E+%22b%22+%26+%27c%27+%C3%BC%2B%2F', // Python's quote_plus, PHP
      '%3Ca%3E%20%22b%22%20%26%20%27c%27%20%C3%BC%2B/', // Python's quote
      '%3ca%3e%20%22b%22%20%26%20%27c%27%20%c3%bc%2b%2f', // Go in lower case
    ]) {
      expect(mask.text(text)).toMatch(/^\*+$/);
    }
  });

  it('has a number of forms that does not grow with its length', () => {
    const forms = formsOf('x7'.repeat(20) + 'abcdefgh');
    expect(forms.length).toBeLessThan(150);
  });
});
