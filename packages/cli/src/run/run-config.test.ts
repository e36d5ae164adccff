import { describe, expect, it } from 'vitest';
import { runConfig } from './run-config.ts';

describe('the options of errand run', () => {
  it('ask for nothing the API would not do by itself', () => {
    expect(runConfig(['true'], {}, {})).toEqual({
      request: { command: ['true'] },
      env: {},
      secretEnv: { values: {}, typed: [] },
      cwd: undefined,
      stdin: 'auto',
      tty: false,
      detach: false,
      output: 'split',
    });
  });

  it('travel as they were typed; the API says what a duration or size is', () => {
    const options = {
      timeout: '2s',
      maxLog: '1GB',
      tag: ['a', 'b'],
      priority: '-5',
      retry: '2',
      keepChildren: true,
    };
    expect(runConfig(['make', '-j4'], options, {}).request).toEqual({
      command: ['make', '-j4'],
      timeout: '2s',
      maxLog: '1GB',
      tags: ['a', 'b'],
      priority: -5,
      retry: { attempts: 3 },
      keepChildren: true,
    });
  });

  it('take values of variables from here when only a name is given', () => {
    const { env } = runConfig(['env'], { env: ['A=1=2', 'B', 'C='] }, { B: 'here' });
    expect(env).toEqual({ A: '1=2', B: 'here', C: '' });
  });

  it('take one text for the shell', () => {
    expect(runConfig(['ls | wc -l'], { shell: true }, {}).request).toEqual({ shell: 'ls | wc -l' });
    expect(() => runConfig(['ls', '-l'], { shell: true }, {})).toThrow(
      '--shell takes one text, but 2 arguments came',
    );
  });

  it.each([
    [{ env: ['=x'] }, '--env =x: a name is missing before ='],
    [{ env: ['NOT_HERE'] }, 'there is no variable NOT_HERE here'],
    [{ priority: 'high' }, '--priority takes a whole number, not high'],
    [{ retry: '-1' }, '--retry takes 0 or more'],
    [{ stdin: true, input: false }, '--stdin and -n contradict each other'],
    [{ tty: true, detach: true }, 'it does not go with --detach'],
  ])('say what is wrong with %o', (options, sentence) => {
    expect(() => runConfig(['true'], options, {})).toThrow(sentence);
  });
});
