import type { Output } from '../output/output.ts';
import type { LogSink } from './show-log.ts';

const NEWLINE = 10;

/** Every line begins with the time at which it began to be written, and its stream: `2026-01-31T12:00:00.000Z stderr text`. */
export function withTimes(output: Output): LogSink {
  // A line may come in pieces, and the other stream may begin one in between.
  let open: 'stdout' | 'stderr' | null = null;
  return {
    async piece({ stream, time, bytes }) {
      const parts: Uint8Array[] = [];
      const begin = Buffer.from(`${new Date(time).toISOString()} ${stream} `);
      if (open !== null && open !== stream) {
        parts.push(Buffer.from('\n'));
        open = null;
      }
      for (let at = 0; at < bytes.length; ) {
        if (open === null) parts.push(begin);
        const newline = bytes.indexOf(NEWLINE, at);
        const end = newline < 0 ? bytes.length : newline + 1;
        parts.push(bytes.subarray(at, end));
        open = newline < 0 ? stream : null;
        at = end;
      }
      await output.write(Buffer.concat(parts));
    },
  };
}
