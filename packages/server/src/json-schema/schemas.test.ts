import { beforeAll, describe, expect, it } from 'vitest';
import { Schemas } from './schemas.ts';

let now = 0;
const schemas = new Schemas({ steady: () => now });
beforeAll(() => schemas.load());

const faultsOf = (schema: object, value: unknown): unknown => {
  const checked = schemas.checked('args', schema as Record<string, unknown>, value);
  return checked.ok ? checked.value : checked.faults;
};

describe('a value that does not fit', () => {
  it('has every fault named by its place', () => {
    const schema = {
      type: 'object',
      properties: {
        seconds: { type: 'integer', minimum: 1 },
        mode: { enum: ['up', 'down'] },
        deep: { type: 'array', items: { type: 'object', required: ['a/b'] } },
      },
      required: ['host'],
      additionalProperties: false,
    };
    expect(faultsOf(schema, { seconds: 'x', mode: 'no', deep: [{}], other: 1 })).toEqual([
      { path: 'host', message: 'is missing' },
      { path: 'other', message: 'is not known here' },
      { path: 'seconds', message: 'must be a whole number' },
      { path: 'mode', message: 'must be one of up, down' },
      { path: 'deep.0.a/b', message: 'is missing' },
    ]);
  });

  it('is not changed, while one that fits gets its defaults in a copy', () => {
    const schema = { properties: { n: { type: 'integer', default: 5 } } };
    const value = {};
    expect(faultsOf(schema, value)).toEqual({ n: 5 });
    expect(value).toEqual({});
  });

  it('is refused where it is too deep or has a field that programs mistake', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(faultsOf({}, deep)).toEqual([{ path: '', message: 'is nested more than 64 levels deep' }]);
    expect(faultsOf({}, { a: JSON.parse('{"__proto__": {"admin": true}}') })).toEqual([
      { path: '', message: expect.stringContaining('__proto__') },
    ]);
  });

  it('does not borrow what every object inherits', () => {
    expect(faultsOf({ required: ['constructor', 'toString'] }, {})).toHaveLength(2);
  });
});

describe('a schema', () => {
  it.each([
    [{ type: 'nonsense' }, /parameters: is no JSON Schema: .*type/],
    [
      { $ref: 'http://127.0.0.1:1/x.json' },
      /http:\/\/127\.0\.0\.1:1\/x\.json, which is not in the schema; nothing is fetched/,
    ],
    [{ $ref: 'file:///etc/passwd' }, /nothing is fetched/],
    [{ properties: { a: { pattern: '(' } } }, /no JSON Schema/],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, /\$schema must be .*2020-12/],
    [{ $async: true }, /\$async/],
    [JSON.parse('{"properties": {"__proto__": {"type": "string"}}}'), /__proto__/],
  ])('that cannot be used is refused with a sentence (%j)', (schema, sentence) => {
    expect(() => schemas.check('parameters', schema)).toThrow(sentence);
  });

  it('may be recursive, carry words of other tools, and have the $id of another', () => {
    const tree = {
      $id: 'https://example.com/tree',
      $defs: { node: { properties: { next: { $ref: '#/$defs/node' } } } },
    };
    expect(() => schemas.check('parameters', { ...tree, $ref: '#/$defs/node', 'x-other': 1 })).not.toThrow();
    expect(() => schemas.check('parameters', { ...tree, type: 'object' })).not.toThrow();
  });
});

describe('a pattern that goes astray', () => {
  const schema = { properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
  const evil = { a: `${'a'.repeat(50)}!` };

  it('is broken off, not tried again for a minute, and slows no other schema', () => {
    expect(() => faultsOf(schema, evil)).toThrow(/took too long; a pattern such as \(a\+\)\+/);
    expect(() => faultsOf(schema, { a: 'a' })).toThrow('took too long');
    expect(faultsOf({ properties: { a: { pattern: '^a+$' } } }, { a: 'a' })).toEqual({ a: 'a' });
    now += 60_001;
    expect(faultsOf(schema, { a: 'a' })).toEqual({ a: 'a' });
  });

  it('is broken off as well where the value is large instead', () => {
    const many = { items: Array.from({ length: 30_000 }, (_, n) => ({ n })) };
    expect(() => faultsOf({ properties: { items: { uniqueItems: true } } }, many)).toThrow('took too long');
  });
});
