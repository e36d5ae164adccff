import { ErrandError } from '@errand/core';

/** The list of a folder is the longest line there is. */
const LONGEST = 64 * 1024 * 1024;
const NEWLINE = 10;

/** The JSON of the first line of a body, and the bytes behind it. Throws `invalid` where there is none. */
export async function firstLine(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly line: unknown; readonly rest: AsyncIterable<Uint8Array> }> {
  const source = body[Symbol.asyncIterator]();
  const before: Uint8Array[] = [];
  for (let bytes = 0; bytes < LONGEST; ) {
    const step = await source.next();
    if (step.done === true) break;
    const at = step.value.indexOf(NEWLINE);
    if (at === -1) {
      before.push(step.value);
      bytes += step.value.length;
      continue;
    }
    const line = parsed(Buffer.concat([...before, step.value.subarray(0, at)]));
    return { line, rest: following(step.value.subarray(at + 1), source) };
  }
  throw new ErrandError('invalid', 'the body must begin with a line of JSON');
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch (cause) {
    throw new ErrandError('invalid', 'the first line of the body is not JSON', { cause });
  }
}

async function* following(first: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let step = await source.next(); step.done !== true; step = await source.next()) yield step.value;
}
