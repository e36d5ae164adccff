/** Two columns of a terminal each: East Asian characters and pictures. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const HALF_WIDTH_KANA = /[\uff61-\uffdc]/u;
/** What belongs to the character before it, and what is not seen. */
const NO_WIDTH = /[\p{Mark}\p{Default_Ignorable_Code_Point}]/u;

/** How many columns of a terminal a text takes; of control characters it knows nothing. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** As much of a text as these columns hold. */
export function fitting(text: string, columns: number): string {
  let end = 0;
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) && !HALF_WIDTH_KANA.test(character) ? 2 : 1;
}
