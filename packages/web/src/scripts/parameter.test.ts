import { expect, test } from 'vitest';
import { argumentOf, faultOf, type Parameter, parametersOf, typedFrom } from './parameter.ts';

const SCHEMA = {
  type: 'object',
  required: ['host', 'count'],
  properties: {
    host: { type: 'string', title: 'Host', description: 'Where to', minLength: 2, pattern: '^[a-z.]+$' },
    count: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
    ratio: { type: 'number' },
    token: { type: 'string', writeOnly: true },
    loud: { type: 'boolean' },
    mode: { enum: ['fast', 'slow', 3] },
    names: { type: 'array', items: { type: 'string' } },
    more: { type: 'object' },
  },
};
const PARAMETERS = parametersOf(SCHEMA);

function named(name: string): Parameter {
  const parameter = PARAMETERS.find((each) => each.name === name);
  if (parameter === undefined) throw new Error(name);
  return parameter;
}

test('each kind of argument gets the field that fits it', () => {
  expect(PARAMETERS.map(({ name, kind, required }) => [name, kind, required])).toEqual([
    ['host', 'text', true],
    ['count', 'integer', true],
    ['ratio', 'number', false],
    ['token', 'secret', false],
    ['loud', 'boolean', false],
    ['mode', 'choice', false],
    ['names', 'lines', false],
    ['more', 'json', false],
  ]);
  expect([named('host').title, named('host').hint]).toEqual(['Host', 'Where to']);
});

test('what was typed becomes a value of the right type, and nothing typed becomes none', () => {
  const value = (name: string, text: string): unknown => argumentOf(named(name), text);
  expect([value('count', '7'), value('ratio', '0,5'), value('loud', 'true'), value('loud', 'false')]).toEqual(
    [7, 0.5, true, false],
  );
  expect([
    value('mode', '"slow"'),
    value('mode', '3'),
    value('names', 'a\nb\n'),
    value('more', '{"a":1}'),
  ]).toEqual(['slow', 3, ['a', 'b'], { a: 1 }]);
  for (const { name } of PARAMETERS) expect([name, value(name, '')]).toEqual([name, undefined]);
});

test('says what is wrong while one types', () => {
  const fault = (name: string, text: string): unknown => faultOf(named(name), text);
  expect([fault('host', ''), fault('ratio', '')]).toEqual(['is needed', undefined]);
  expect([
    fault('count', 'x'),
    fault('count', '1.5'),
    fault('count', '0'),
    fault('count', '11'),
    fault('count', '5'),
  ]).toEqual([
    'must be a number',
    'must be a whole number',
    'must be at least 1',
    'must be at most 10',
    undefined,
  ]);
  expect([fault('host', 'a'), fault('host', 'UPPER'), fault('host', 'fine.host')]).toEqual([
    'must have at least 2 characters',
    'must match ^[a-z.]+$',
    undefined,
  ]);
  expect(fault('more', '{')).toContain('must be JSON');
});

test('a form begins with what a link says, else with what the script says', () => {
  expect(typedFrom(PARAMETERS, { names: ['x', 'y'], mode: 'fast' })).toMatchObject({
    count: '3',
    names: 'x\ny',
    mode: '"fast"',
    host: '',
  });
});

test('a script without a schema takes no arguments', () => {
  for (const schema of [{}, { properties: null }, { properties: [] }] as const)
    expect(parametersOf(schema)).toEqual([]);
});
