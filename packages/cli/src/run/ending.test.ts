import type { Run } from '@errand/sdk';
import { expect, it } from 'vitest';
import { endingSentence, exitStatusOf, missingSentence } from './ending.ts';

it('keeps quiet about a plain exit, everywhere', () => {
  expect(endingSentence(ended('exited', 3), true)).toBeNull();
  expect(endingSentence(ended('exited', 3), false)).toBeNull();
});

it('tells on a terminal about every other end', () => {
  expect(endingSentence(ended('signaled', 137), true)).toBe('It ended: signaled.');
  expect(endingSentence(ended('timed_out', 124), true)).toBe('It ended: timed_out.');
});

it('tells elsewhere only what no command could have brought about', () => {
  expect(endingSentence(ended('signaled', 137), false)).toBeNull();
  expect(endingSentence(ended('canceled', 130), false)).toBeNull();
  for (const reason of ['spawn_failed', 'lost', 'refused', 'disk_full', 'canceled_unproven'])
    expect(endingSentence(ended(reason, 125), false)).toBe(`It ended: ${reason}.`);
  expect(endingSentence({ ...ended('timed_out', 124), startedAt: null }, false)).not.toBeNull();
});

it('has the exit status that the run says', () => {
  expect(exitStatusOf(ended('exited', 3))).toBe(3);
  expect(exitStatusOf({ exitCode: null, end: null } as Run)).toBe(125);
});

it('says which bytes of a log are missing', () => {
  expect(missingSentence({ log: { bytes: 1, sha256: null, truncated: null } } as Run)).toBeNull();
  const truncated = { dropped: 9, why: 'cap' } as const;
  expect(missingSentence({ log: { bytes: 1, sha256: null, truncated } } as Run)).toMatch(
    /^9 bytes .*--max-log/,
  );
  const lost = { dropped: 0, why: 'lost' } as const;
  expect(missingSentence({ log: { bytes: 1, sha256: null, truncated: lost } } as Run)).toMatch(
    /may be missing/,
  );
});

function ended(reason: string, exitCode: number): Run {
  const end = { reason, sentence: `It ended: ${reason}.`, exitCode, code: null, signal: null };
  return { end, exitCode, startedAt: '2026-01-01T00:00:00Z' } as Run;
}
