import { expect, it } from 'vitest';
import { anOutput } from '../testing/job-builders.ts';
import type { OutputState } from '../vocabulary/job-state.ts';
import { judgeChecksum, judgeOutput } from './judge-output.ts';
import type { JobOutput, OutputSight } from './record.ts';

const SIGHT = { modifiedAt: 5_000, bytes: 10, tag: '"a"' };

interface Case {
  readonly what: string;
  readonly change?: Partial<JobOutput>;
  readonly before?: OutputSight | null;
  readonly sight?: OutputSight | null;
  readonly state: OutputState;
}

const NEW = { newerThanStart: true };
const TAGLESS = { ...SIGHT, tag: null };
const TIMELESS = { ...TAGLESS, modifiedAt: null };
const CASES: readonly Case[] = [
  { what: 'nothing there', sight: null, state: 'missing' },
  { what: 'something there', state: 'ok' },
  { what: 'an old one, where age does not matter', before: SIGHT, state: 'ok' },
  { what: 'one made since', change: NEW, state: 'ok' },
  { what: 'the same as before', change: NEW, before: SIGHT, state: 'stale' },
  {
    what: 'one changed later',
    change: NEW,
    before: SIGHT,
    sight: { ...SIGHT, modifiedAt: 6_000 },
    state: 'ok',
  },
  {
    what: 'one changed in the same second',
    change: NEW,
    before: SIGHT,
    sight: { ...SIGHT, tag: 'b' },
    state: 'ok',
  },
  {
    what: 'an older one than before',
    change: NEW,
    before: TAGLESS,
    sight: { ...TAGLESS, modifiedAt: 1 },
    state: 'stale',
  },
  {
    what: 'the same, of which nobody says a tag any more',
    change: NEW,
    before: SIGHT,
    sight: TAGLESS,
    state: 'stale',
  },
  { what: 'the same, which nobody said a tag of', change: NEW, before: TAGLESS, state: 'stale' },
  { what: 'one without any time', change: NEW, before: TIMELESS, sight: TIMELESS, state: 'stale' },
  { what: 'one that is too small', change: { minBytes: 11 }, state: 'invalid' },
  { what: 'one that is just large enough', change: { minBytes: 10 }, state: 'ok' },
];

it.each(CASES)('judges $what', ({ change, before = null, sight = SIGHT, state }) => {
  expect(judgeOutput(anOutput(change), before, sight).state).toBe(state);
});

it('compares the checksum that was asked for', () => {
  const output = anOutput({ checksum: { algorithm: 'md5', hex: 'aa' } });
  expect(judgeChecksum(output, 'aa').state).toBe('ok');
  expect(judgeChecksum(output, 'bb')).toEqual({ state: 'invalid', why: 'the md5 of out.txt is bb, not aa' });
});
