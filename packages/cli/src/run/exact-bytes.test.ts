import { expect, it } from 'vitest';
import { readEnvironment } from '../config.ts';
import { exactArgv, inheritedEnvironment } from './exact-bytes.ts';

it('lets the keeper inherit an environment that came through whole', () => {
  const environment = readEnvironment({ PATH: '/bin', ERRAND_NOFILE: '1024' });
  expect(inheritedEnvironment(environment, { A: '1' })).toEqual({ envBase: 'inherit', env: ['A=1'] });
  expect(environment).toMatchObject({ openFiles: 1024, variables: { PATH: '/bin' } });
});

it('hands over an environment byte for byte that a shell could not keep', () => {
  const all = Buffer.from('a.b=1\0BAD=\xff\0A=old\0', 'latin1');
  const environment = readEnvironment({ ERRAND_ENVIRON: all.toString('base64') });
  const { env, envBase } = inheritedEnvironment(environment, { A: 'new' });
  expect(envBase).toBe('clean');
  expect(env?.map((pair) => Buffer.from(pair as string).toString('latin1'))).toEqual([
    'a.b=1',
    'BAD=\xff',
    'A=new',
  ]);
});

it('takes out the compile cache only where our launcher put it in', () => {
  expect(readEnvironment({ NODE_COMPILE_CACHE: '/x' }).variables).toEqual({ NODE_COMPILE_CACHE: '/x' });
  expect(readEnvironment({ NODE_COMPILE_CACHE: '/x', ERRAND_COMPILE_CACHE: '1' }).variables).toEqual({});
});

it('keeps arguments as they are where they are text', () => {
  expect(exactArgv(['echo', 'ä'])).toEqual(['echo', 'ä']);
});
