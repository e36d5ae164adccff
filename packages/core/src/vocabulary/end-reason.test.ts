import { describe, expect, test } from 'vitest';
import { describeEnd, END_REASON_KINDS, END_REASONS } from './end-reason.ts';

describe('reasons', () => {
  test('every kind has its four facts', () => {
    expect(Object.keys(END_REASONS).toSorted()).toEqual([...END_REASON_KINDS].toSorted());
  });

  test('the command’s own exit status is shown as it is', () => {
    expect(describeEnd({ kind: 'exited', code: 7 })).toMatchObject({ outcome: 'failed', exitCode: 7 });
    expect(describeEnd({ kind: 'exited', code: 0 })).toMatchObject({
      outcome: 'succeeded',
      retryable: false,
    });
  });

  test('exit 137 and SIGKILL look alike to a shell but not here', () => {
    const [exited, killed] = [
      describeEnd({ kind: 'exited', code: 137 }),
      describeEnd({ kind: 'signaled', signal: 9 }),
    ];
    expect(exited.exitCode).toBe(killed.exitCode);
    expect([exited.sentence, killed.sentence]).toEqual([
      'The command exited with 137.',
      'The command was ended by SIGKILL.',
    ]);
  });

  test('what is not known is said with its cause', () => {
    expect(describeEnd({ kind: 'lost', agent: 'revoked' }).sentence).toBe(
      'The agent of the run was revoked; how the command ended is not known.',
    );
    expect(describeEnd({ kind: 'timed_out', phase: 'queue', why: 'Its pool is paused.' }).sentence).toBe(
      'No agent took the run before its queue time-out. Its pool is paused.',
    );
  });

  test.each([
    [{ kind: 'spawn_failed', errno: 'ENOENT', stage: 'exec', why: 'x' }, 127],
    [{ kind: 'spawn_failed', errno: 'ENOENT', stage: 'cwd', why: 'x' }, 126],
    [{ kind: 'spawn_failed', errno: 'EACCES', stage: 'exec', why: 'x' }, 126],
    [{ kind: 'timed_out', phase: 'run' }, 124],
    [{ kind: 'timed_out', phase: 'machine' }, 124],
    [{ kind: 'canceled' }, 130],
    [{ kind: 'lost' }, 125],
    [{ kind: 'signaled', signal: 15 }, 143],
  ] as const)('%j shows as exit status %i', (reason, status) => {
    expect(describeEnd(reason).exitCode).toBe(status);
  });
});
