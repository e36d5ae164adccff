import type { AppendPiece } from '@errand/contract';

/** As `Masker` promises, straight from its words and slowly: every pattern is looked for at every place. `gapAt`: bytes are missing in front of it. */
export function naiveMask(
  log: readonly AppendPiece[],
  forms: readonly Uint8Array[],
  gapAt = Number.POSITIVE_INFINITY,
): Buffer {
  const patterns = forms.map((form) => Buffer.from(form));
  const whole = Buffer.concat(log.map(({ bytes }) => bytes));
  const masked = Buffer.from(whole);
  for (const stream of ['stdout', 'stderr'] as const) {
    const bytes = bytesOf(log, stream);
    const segments = [
      bytes.filter(({ offset }) => offset < gapAt),
      bytes.filter(({ offset }) => offset >= gapAt),
    ];
    segments.forEach((segment, index) => {
      const text = Buffer.from(segment.map(({ offset }) => whole[offset] ?? 0));
      const hidden = new Set(occurrences(text, patterns));
      for (const at of beginnings(log, { segment, text, patterns, stream })) hidden.add(at);
      const cut = index === 0 && whole.length >= gapAt;
      if (cut) for (const at of lastOf(text.length, beginningAt(text, patterns))) hidden.add(at);
      if (index === 1) for (let at = 0; at < endingOf(text, patterns); at += 1) hidden.add(at);
      for (const at of hidden) {
        const offset = segment[at]?.offset ?? 0;
        if (whole[offset] !== 10 && whole[offset] !== 13) masked[offset] = 42;
      }
    });
  }
  return masked;
}

interface Place {
  readonly offset: number;
  readonly time: number;
}

function bytesOf(log: readonly AppendPiece[], stream: AppendPiece['stream']): readonly Place[] {
  return log
    .filter((piece) => piece.stream === stream)
    .flatMap(({ offset, time, bytes }) => Array.from(bytes, (_, at) => ({ offset: offset + at, time })));
}

function occurrences(text: Buffer, patterns: readonly Buffer[]): readonly number[] {
  return patterns.flatMap((pattern) =>
    Array.from(text.keys())
      .filter((at) => text.subarray(at, at + pattern.length).equals(pattern))
      .flatMap((at) => Array.from(pattern.keys(), (index) => at + index)),
  );
}

interface Segment {
  readonly segment: readonly Place[];
  readonly text: Buffer;
  readonly patterns: readonly Buffer[];
  readonly stream: AppendPiece['stream'];
}

/** What begins a pattern when the other stream has said more than 4096 bytes, or speaks a second later. */
function beginnings(
  log: readonly AppendPiece[],
  { segment, text, patterns, stream }: Segment,
): readonly number[] {
  const others = log.filter((piece) => piece.stream !== stream);
  return segment.flatMap(({ offset, time }, index) => {
    const next = segment[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
    const between = others.filter((other) => other.offset > offset && other.offset < next);
    const said = between.some((other) => other.offset + other.bytes.length - (offset + 1) > 4_096);
    const late = between.some((other) => other.time - time >= 1_000);
    return said || late ? lastOf(index + 1, beginningAt(text.subarray(0, index + 1), patterns)) : [];
  });
}

function lastOf(end: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => end - 1 - index);
}

/** How many of the last bytes are the longest beginning of a pattern. */
function beginningAt(text: Buffer, patterns: readonly Buffer[]): number {
  const lengths = patterns.flatMap((pattern) =>
    Array.from({ length: pattern.length + 1 }, (_, length) => length).filter(
      (length) =>
        length <= text.length && text.subarray(text.length - length).equals(pattern.subarray(0, length)),
    ),
  );
  return Math.max(0, ...lengths);
}

/** How many of the first bytes are the longest end of a pattern. */
function endingOf(text: Buffer, patterns: readonly Buffer[]): number {
  const lengths = patterns.flatMap((pattern) =>
    Array.from({ length: pattern.length + 1 }, (_, length) => length).filter(
      (length) =>
        length <= text.length && text.subarray(0, length).equals(pattern.subarray(pattern.length - length)),
    ),
  );
  return Math.max(0, ...lengths);
}
