import type { AppendPiece } from '@errand/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naiveMask } from '../../test/naive-mask.ts';
import { Automaton } from './automaton.ts';
import type { Patterns } from './masked-stream.ts';
import { Masker } from './masker.ts';
import { patternsOf } from './patterns.ts';

type Said = readonly (readonly [AppendPiece['stream'], string, number?])[];

describe('what comes out', () => {
  it('is what a slow look at every place masks, however the log is cut', () => {
    fc.assert(
      fc.property(forms, said, cuts, fc.constantFrom(1, 20, 1_000), (patterns, log, sizes, entries) => {
        const pieces = logOf(log);
        const masked = maskAll(pieces, patternsFrom(patterns, entries), { sizes });
        expect(masked.toString('latin1')).toBe(naiveMask(pieces, patterns.map(latin1)).toString('latin1'));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is that too where bytes are missing', () => {
    fc.assert(
      fc.property(forms, said, cuts, fc.nat(30), (patterns, log, sizes, at) => {
        const pieces = logOf(log);
        const gapAt =
          pieces[Math.min(at, pieces.length)]?.offset ??
          pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
        const masked = maskAll(pieces, patternsFrom(patterns), { sizes, gapAt });
        expect(masked.toString('latin1')).toBe(
          naiveMask(pieces, patterns.map(latin1), gapAt).toString('latin1'),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same from any copy of a masker on', () => {
    fc.assert(
      fc.property(forms, said, fc.nat(30), (patterns, log, at) => {
        const pieces = logOf(log);
        const masker = new Masker(patternsFrom(patterns));
        const before = pieces.slice(0, at).flatMap((piece) => masker.push(piece));
        const copy = masker.copy();
        const rest = (one: Masker): string =>
          textOf([...pieces.slice(at).flatMap((piece) => one.push(piece)), ...one.end()]);
        const first = rest(masker);
        expect(rest(copy)).toBe(first);
        expect(textOf(before) + first).toBe(maskAll(pieces, patternsFrom(patterns)).toString('latin1'));
      }),
    );
  });

  it('leaves the bytes that came in as they were', () => {
    const piece = pieceOf('stdout', 'the secret do-not-tell.', 0);
    new Masker(patternsOf(['do-not-tell'])).push(piece);
    expect(textOf([piece])).toBe('the secret do-not-tell.');
  });
});

describe('a secret', () => {
  const mask = (...log: Said): string => maskAll(logOf(log), patternsOf(['do-not-tell'])).toString();

  it('is found in pieces, and between what the other stream says', () => {
    expect(
      mask(
        ['stdout', 'a do-n'],
        ['stderr', 'x do-'],
        ['stdout', 'ot-te'],
        ['stdout', 'll b'],
        ['stderr', 'not-tell'],
      ),
    ).toBe('a ****x ********** b********');
  });

  it('is not found across both streams', () => {
    expect(mask(['stdout', 'do-not'], ['stderr', '-tell\n'])).toBe('do-not-tell\n');
  });

  it('that began when the other stream says much is masked from its beginning, whatever follows', () => {
    const much = 'm'.repeat(5_000);
    expect(mask(['stdout', 'do-'], ['stderr', much], ['stdout', 'not-tell.'])).toBe(`***${much}********.`);
    expect(mask(['stdout', 'a do-'], ['stderr', much], ['stdout', 'or'])).toBe(`a ***${much}or`);
    expect(mask(['stdout', 'do-', 0], ['stderr', 'late', 1_000], ['stdout', 'or', 1_000])).toBe('***lateor');
  });

  it('keeps its line breaks', () => {
    const key = 'first line of it\nsecond one of it\n';
    const masked = maskAll(logOf([['stdout', `<${key}> first line of it`]]), patternsOf([key])).toString();
    expect(masked).toBe('<****************\n****************\n> ****************');
  });
});

describe('what is held back', () => {
  const passed = (...log: Said): string => {
    const masker = new Masker(patternsOf(['do-not-tell']));
    return textOf(logOf(log).flatMap((piece) => masker.push(piece)));
  };

  it('is nothing of a prompt', () => {
    expect(passed(['stdout', 'Continue? [y/N] '])).toBe('Continue? [y/N] ');
  });

  it('is only what begins a secret, until it is none', () => {
    expect(passed(['stdout', 'you may do-'])).toBe('you may ');
    expect(passed(['stdout', 'you may do-'], ['stdout', ' so'])).toBe('you may do- so');
  });

  it('is nothing of a secret that is whole', () => {
    expect(passed(['stdout', 'do-not-tell'])).toBe('***********');
  });

  it('holds the other stream up only for a while', () => {
    expect(passed(['stdout', 'do'], ['stderr', 'x'])).toBe('');
    expect(passed(['stdout', 'do'], ['stderr', 'x'.repeat(4_097)])).toBe(`**${'x'.repeat(4_097)}`);
    expect(passed(['stdout', 'do', 10], ['stderr', 'x', 1_009])).toBe('');
    expect(passed(['stdout', 'do', 10], ['stderr', 'x', 1_010])).toBe('**x');
  });
});

/** Few letters, so that patterns occur, overlap and begin within each other. */
const letters = (most: number, least = 1) =>
  fc
    .array(fc.constantFrom('a', 'b', 'c', '\n'), { minLength: least, maxLength: most })
    .map((all) => all.join(''));
/** Some short, some all so long that bytes are leapt over. */
const forms = fc.oneof(
  fc.array(letters(7), { minLength: 1, maxLength: 4 }),
  fc.array(letters(10, 4), { minLength: 1, maxLength: 4 }),
);
const said: fc.Arbitrary<Said> = fc.array(
  fc.tuple(
    fc.constantFrom('stdout' as const, 'stderr' as const),
    fc.oneof(
      { weight: 60, arbitrary: letters(9) },
      { weight: 1, arbitrary: fc.constant('ab'.repeat(2_200)) },
    ),
    fc.nat(60).map((time) => time * 25),
  ),
  { maxLength: 20 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });

/** With few entries for rows, as if the patterns were so long that most of their states have none. */
function patternsFrom(texts: readonly string[], entries?: number): Patterns {
  const all = texts.map(latin1);
  return {
    forwards: new Automaton(all, entries),
    backwards: () => new Automaton(all.map((form) => form.toReversed())),
  };
}

function logOf(log: Said): readonly AppendPiece[] {
  let offset = 0;
  return log.map(([stream, text, time = 0]) => {
    const piece = { ...pieceOf(stream, text, offset), time };
    offset += text.length;
    return piece;
  });
}

function pieceOf(stream: AppendPiece['stream'], text: string, offset: number): AppendPiece {
  return { offset, stream, time: 0, bytes: latin1(text) };
}

interface How {
  readonly sizes?: readonly number[];
  readonly gapAt?: number;
}

/** The whole log, given in pieces of these sizes again and again; checks that what comes out is whole and in order. */
function maskAll(
  log: readonly AppendPiece[],
  patterns: Patterns,
  { sizes = [1_000_000], gapAt }: How = {},
): Buffer {
  const masker = new Masker(patterns);
  const out: AppendPiece[] = [];
  let turn = 0;
  for (const piece of log) {
    if (gapAt !== undefined && piece.offset >= gapAt) masker.missingAt(gapAt);
    for (let at = 0; at < piece.bytes.length; ) {
      const size = piece.bytes.length > 100 ? 700 : (sizes[turn % sizes.length] ?? 1);
      turn += 1;
      out.push(
        ...masker.push({ ...piece, offset: piece.offset + at, bytes: piece.bytes.subarray(at, at + size) }),
      );
      at += size;
    }
  }
  if (gapAt !== undefined) masker.missingAt(gapAt);
  out.push(...masker.end());
  let offset = 0;
  for (const piece of out) {
    expect(piece.offset).toBe(offset);
    offset += piece.bytes.length;
  }
  return Buffer.concat(out.map(({ bytes }) => bytes));
}

function textOf(pieces: readonly AppendPiece[]): string {
  return Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('latin1');
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
