import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expandCommand, namesIn } from './expand-command.ts';

it('puts a value into the one argument that names it, whatever it holds', () => {
  const args = { host: 'a b; rm -rf / $(id) `id` "\'', n: 3, deep: { a: [1] }, yes: true };
  expect(expandCommand(['ping', '-c{n}', '{host}', '{deep}', '{yes}'], args)).toEqual([
    'ping',
    '-c3',
    args.host,
    '{"a":[1]}',
    'true',
  ]);
});

it('never makes another number of arguments of what a value holds', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(expandCommand(['x', '{a}', '--b={b}'], { a, b })).toEqual(['x', a, `--b=${b}`]);
    }),
  );
});

it('leaves out an element that names a parameter without a value', () => {
  expect(
    expandCommand(['ls', '--color={color}', '{dir}', '{dir}/{file}'], { dir: '/tmp', color: null }),
  ).toEqual(['ls', '/tmp']);
});

it('spreads a list over several arguments where the template says so', () => {
  expect(expandCommand(['tar', '{files...}', 'end'], { files: ['a b', '', 3] })).toEqual([
    'tar',
    'a b',
    '',
    '3',
    'end',
  ]);
  expect(expandCommand(['tar', '{files...}', 'end'], { files: [] })).toEqual(['tar', 'end']);
  expect(expandCommand(['tar', '{files...}', 'end'], {})).toEqual(['tar', 'end']);
  expect(expandCommand(['tar', '{files...}'], { files: 'one' })).toEqual(['tar', 'one']);
});

it('leaves other braces alone, and those that are doubled', () => {
  const text = ['awk', '{print $1}', '{{.Names}}', '{}', '{{name}}', '{{a...}}', '{x}{{x}}'];
  expect(expandCommand(text, { x: '1' })).toEqual([
    'awk',
    '{print $1}',
    '{{.Names}}',
    '{}',
    '{name}',
    '{a...}',
    '1{x}',
  ]);
});

it('takes no value from what every object inherits', () => {
  expect(expandCommand(['x', '{constructor}', '{toString}'], {})).toEqual(['x']);
});

it('does not read a value as a template', () => {
  expect(expandCommand(['x', '{a}'], { a: '{b}', b: 'no' })).toEqual(['x', '{b}']);
});

it('names what an element needs', () => {
  expect(namesIn('{a}-{b}')).toEqual(['a', 'b']);
  expect(namesIn('{a...}')).toEqual(['a']);
  expect(namesIn('{{a}} {print $1}')).toEqual([]);
});
