/** How a piece of output looks. Colours are indexes of the palette (0 to 255) or `#rrggbb`; null is the default. */
export interface AnsiStyle {
  readonly fg: number | string | null;
  readonly bg: number | string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly inverse: boolean;
  readonly hidden: boolean;
}

export const PLAIN: AnsiStyle = {
  fg: null,
  bg: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
  hidden: false,
};

/** The style after a "select graphic rendition" sequence (ECMA-48, 8.3.117): its parameters as they stand between `ESC [` and `m`. */
export function styleAfter(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(';').flatMap(codesOf);
  let next = style;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes, at + 1);
      if (color !== undefined) next = { ...next, [code === 38 ? 'fg' : 'bg']: color };
      at += used;
    } else next = simple(next, code);
  }
  return next;
}

/** A group may hold its parts by colons, with a colour space that nobody uses (ITU T.416): `38:2::1:2:3` is `38;2;1;2;3`. */
function codesOf(group: string): readonly number[] {
  const parts = group.split(':').map((text) => (text === '' ? 0 : Number(text)));
  const [first = 0, kind] = parts;
  if (parts.length === 1) return [first];
  if (first === 4) return [kind === 0 ? 24 : 4];
  return kind === 2 && parts.length > 5 ? [first, 2, ...parts.slice(-3)] : parts;
}

const CHANGES: Readonly<Record<number, Partial<AnsiStyle>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  8: { hidden: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  28: { hidden: false },
  29: { strike: false },
  39: { fg: null },
  49: { bg: null },
};

function simple(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return PLAIN;
  const change = CHANGES[code];
  if (change !== undefined) return { ...style, ...change };
  if (code >= 30 && code <= 37) return { ...style, fg: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, bg: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, fg: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, bg: code - 92 };
  return style;
}

/** `5;n` of the palette of 256, or `2;r;g;b`; and how many parameters that took. */
function extendedColor(codes: readonly number[], at: number): [number | string | undefined, number] {
  if (codes[at] === 5) {
    const index = codes[at + 1] ?? -1;
    return [index >= 0 && index <= 255 ? index : undefined, 2];
  }
  if (codes[at] !== 2) return [undefined, 1];
  const parts = codes.slice(at + 1, at + 4);
  const valid = parts.length === 3 && parts.every((part) => part >= 0 && part <= 255);
  return [valid ? `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}` : undefined, 4];
}

/** A colour for CSS: the first 16 are ours, the cube of 216 and the 24 greys are fixed (xterm's). */
export function cssColor(color: number | string): string {
  if (typeof color === 'string') return color;
  if (color < 16) return `var(--ansi-${color})`;
  if (color >= 232) {
    const grey = 8 + (color - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = color - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}
