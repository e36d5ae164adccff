import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane, type TestRun } from '../test/control-plane.ts';
import { TestPlace } from '../test/place.ts';

let place: TestPlace;
let plane: TestControlPlane;

beforeEach(() => {
  place = new TestPlace();
  plane = new TestControlPlane();
});
afterEach(async () => place[Symbol.asyncDispose]());

const sh = (text: string, more = {}): TestRun => plane.submit(['/bin/sh', '-c', text], more);
const ended = async (run: TestRun) => {
  await plane.until(() => run.end !== undefined, 'its end');
  return run.end?.result;
};

describe('the result of a run', () => {
  it('is what it wrote to the file of ERRAND_RESULT, whatever its end', async () => {
    await place.agent(plane).start();
    const run = sh(`printf ' {"a": [1, "é"]}\n' > $ERRAND_RESULT; exit 3`);
    expect(await ended(run)).toEqual({ json: ' {"a": [1, "é"]}\n' });
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 3 });
    expect(await ended(sh(':'))).toBeNull();
    await plane.until(() => place.spool.length === 0, 'an empty spool');
  });

  it.each([
    ['no JSON', 'printf "{a" > $ERRAND_RESULT', 'it is not JSON'],
    ['nothing', ': > $ERRAND_RESULT', 'it is not JSON'],
    ['no UTF-8', `printf '"\\377"' > $ERRAND_RESULT`, 'it is not UTF-8'],
    ['too much', 'head -c 1100000 /dev/zero > $ERRAND_RESULT', 'it has 1100000 bytes'],
    ['100 GB of nothing', 'truncate -s 100G $ERRAND_RESULT', 'it has 107374182400 bytes'],
    ['a link to a file', 'echo 1 > x; ln -s $PWD/x $ERRAND_RESULT', 'a symbolic link'],
    ['a link to nothing', 'ln -s /nowhere $ERRAND_RESULT', 'a symbolic link'],
    ['a pipe', 'mkfifo $ERRAND_RESULT', 'not a plain file'],
    ['a folder', 'mkdir $ERRAND_RESULT', 'not a plain file'],
  ])('is a problem where there is %s', async (_, text, problem) => {
    await place.agent(plane).start();
    const run = sh(text);
    expect(await ended(run)).toEqual({ problem: expect.stringContaining(problem) });
    expect(run.end?.reason).toEqual({ kind: 'exited', code: 0 });
  });

  it('is the last line of stdout that is not blank, where the script says so', async () => {
    await place.agent(plane).start();
    const script = {
      name: 'x',
      args: {},
      sha256: null,
      source: 'command',
      text: null,
      result: { from: 'stdout' },
    } as const;
    const lines = (text: string): Promise<unknown> => ended(sh(text, { script }));
    expect(
      await lines(`echo no; echo '{"a":'; printf '[1,'; echo err >&2; sleep 0.05; printf '2]\n\n \n'`),
    ).toEqual({ json: '[1,2]' });
    expect(await lines('printf 7; echo 8 >&2')).toEqual({ json: '7' });
    expect(await lines(':')).toBeNull();
    expect(await lines('echo done')).toEqual({ problem: expect.stringContaining('not JSON') });
    expect(await lines('head -c 3000000 /dev/zero | tr "\\0" 1')).toEqual({
      problem: expect.stringContaining('bytes'),
    });
  });

  it('is brought by the next agent when the one that began it dies', async () => {
    const first = place.agent(plane);
    await first.start();
    const run = sh(
      `echo begun; until [ -e ${place.folder}/go ]; do sleep 0.02; done; echo 5 > $ERRAND_RESULT`,
    );
    await plane.until(() => run.size > 0, 'its begin');
    await first.stop();
    place.write('go', '');
    await place.agent(plane).start();
    expect(await ended(run)).toEqual({ json: '5\n' });
  });
});
