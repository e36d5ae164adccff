import type { Span } from './ansi-line.ts';

/** A part of a span; `hit`: it is what was looked for. */
export interface Part extends Span {
  readonly hit: boolean;
}

/** Cuts spans where the text that was looked for begins and ends, also across spans. Letters a to z count as A to Z. */
export function highlight(spans: readonly Span[], wanted: string): readonly Part[] {
  if (wanted === '') return spans.map((span) => ({ ...span, hit: false }));
  const whole = spans
    .map(({ text }) => text)
    .join('')
    .toLowerCase();
  const needle = wanted.toLowerCase();
  const marks: number[] = [];
  for (let at = whole.indexOf(needle); at !== -1; at = whole.indexOf(needle, at + needle.length))
    marks.push(at, at + needle.length);
  return marks.length === 0 ? spans.map((span) => ({ ...span, hit: false })) : cutAt(spans, marks);
}

/** `marks`: beginnings and ends in turn. */
function cutAt(spans: readonly Span[], marks: readonly number[]): readonly Part[] {
  const parts: Part[] = [];
  let place = 0;
  let mark = 0;
  for (const span of spans) {
    for (let from = 0; from < span.text.length; ) {
      while (mark < marks.length && (marks[mark] ?? 0) <= place + from) mark += 1;
      const to = Math.min(span.text.length, (marks[mark] ?? Number.POSITIVE_INFINITY) - place);
      parts.push({ ...span, text: span.text.slice(from, to), hit: mark % 2 === 1 });
      from = to;
    }
    place += span.text.length;
  }
  return parts;
}
