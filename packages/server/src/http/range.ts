import { ErrandError } from '@errand/core';

export interface ByteRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly partial: boolean;
}

/**
 * What a reader asked for, by `Range` (RFC 9110, one range) or `from`. `open`: bytes may still come, so a range may begin at the end.
 * Throws `range` beyond the end and `invalid` for what is no range.
 */
export function byteRange(
  { header, from }: { readonly header: string | null; readonly from: number | undefined },
  { size, open }: { readonly size: number; readonly open: boolean },
): ByteRange {
  if (header === null) return checked({ from: from ?? 0, to: size, partial: false }, size, true);
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) {
    throw new ErrandError(
      'invalid',
      'Range must be one range of bytes, such as bytes=100-, bytes=0-99 or bytes=-500',
    );
  }
  if (first === '') return { from: Math.max(0, size - Number(last)), to: size, partial: true };
  const to = last === '' ? size : Math.min(size, Number(last) + 1);
  return checked({ from: Number(first), to, partial: true }, size, open);
}

function checked(range: ByteRange, size: number, open: boolean): ByteRange {
  const beyond = range.from > size || (range.from === size && !open);
  if (beyond || !Number.isSafeInteger(range.from)) {
    throw new ErrandError('range', `the log has ${size} bytes; nothing begins at ${range.from}`, {
      details: { size },
    });
  }
  return range;
}
