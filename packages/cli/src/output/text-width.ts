import stringWidth from 'string-width';

const CHARACTERS = new Intl.Segmenter();

/** How many columns of a terminal a text takes; of control characters it knows nothing. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

/** As much of a text as these columns hold; what people see as one character is never cut. */
export function fitting(text: string, columns: number): string {
  let end = 0;
  let width = 0;
  for (const { segment } of CHARACTERS.segment(text)) {
    width += stringWidth(segment);
    if (width > columns) break;
    end += segment.length;
  }
  return text.slice(0, end);
}
