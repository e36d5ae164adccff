import { expect, it } from 'vitest';
import { argEnvironment, argVariable, parametersOf, secretParameters } from './script-arguments.ts';

it('makes a variable of every argument that has a value, and one of them all', () => {
  const args = { seconds: 5, 'dry-run': false, list: ['a'], none: null };
  expect(argEnvironment(args)).toEqual({
    ARG_SECONDS: '5',
    ARG_DRY_RUN: 'false',
    ARG_LIST: '["a"]',
    ERRAND_ARGS: JSON.stringify(args),
  });
  expect(argVariable('a.b-c')).toBe('ARG_A_B_C');
});

it('knows the parameters of a schema and the secret ones among them', () => {
  const schema = { properties: { token: { type: 'string', writeOnly: true }, any: true } };
  expect(parametersOf(schema)).toEqual({ token: { type: 'string', writeOnly: true }, any: {} });
  expect(secretParameters(schema)).toEqual(['token']);
  expect(parametersOf({})).toEqual({});
  expect(parametersOf({ properties: null })).toEqual({});
});
