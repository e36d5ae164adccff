/** Widths of lines: PEM and openssl have 64, MIME and the command `base64` have 76. */
const LINE_WIDTHS = [64, 76] as const;
const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * What base64 of any text shows of these bytes inside it: the characters that encode nothing but them, which are others at each of three offsets, and the
 * one behind that encodes their last bits, whatever follows. (The one before the first may show up to four bits of the first byte.)
 */
export function base64Forms(bytes: Uint8Array): readonly string[] {
  const forms = [0, 1, 2].flatMap((before) => formsAt(bytes, before));
  const standard = [...forms, ...wrapped(core(bytes, 0).text)];
  return [...standard, ...standard.map(urlSafe)];
}

function formsAt(bytes: Uint8Array, before: number): readonly string[] {
  const { text, bits, last } = core(bytes, before);
  if (bits === 0) return [text];
  const free = 6 - bits;
  const first = STANDARD.indexOf(last) & ~((1 << free) - 1);
  return [text, ...Array.from({ length: 1 << free }, (_, low) => text + (STANDARD[first + low] ?? ''))];
}

interface Core {
  /** Characters that encode only these bytes. */
  readonly text: string;
  /** How many of their bits are in the next one. */
  readonly bits: number;
  readonly last: string;
}

function core(bytes: Uint8Array, before: number): Core {
  const padded = new Uint8Array(before + bytes.length + 2);
  padded.set(bytes, before);
  const all = Buffer.from(padded.buffer).toString('base64');
  const end = 8 * (before + bytes.length);
  const whole = Math.floor(end / 6);
  return { text: all.slice(Math.ceil((8 * before) / 6), whole), bits: end % 6, last: all.charAt(whole) };
}

/** The whole in lines, and each full line, for something may stand before it. Only for what begins a text of its own, as a file does. */
function wrapped(text: string): readonly string[] {
  return LINE_WIDTHS.filter((width) => text.length > width).flatMap((width) => {
    const lines = text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    return [lines.join('\n'), lines.join('\r\n'), ...lines.filter((line) => line.length === width)];
  });
}

function urlSafe(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_');
}
