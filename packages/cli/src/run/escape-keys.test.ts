import { expect, it } from 'vitest';
import { EscapeKeys } from './escape-keys.ts';

it.each([
  ['abc', 'abc', false],
  ['~.', '', true],
  ['a~.', 'a~.', false],
  ['ls\r~.', 'ls\r', true],
  ['\r~~', '\r~', false],
  ['\r~/bin\r', '\r~/bin\r', false],
  ['\r~\r~.', '\r~\r', true],
])('%j goes on as %j', (typed, sent, detach) => {
  for (const size of [1, 2, 100]) {
    const keys = new EscapeKeys();
    let out = '';
    let left = false;
    for (let at = 0; at < typed.length && !left; at += size) {
      const answer = keys.push(Buffer.from(typed.slice(at, at + size)));
      out += Buffer.from(answer.bytes).toString();
      left = answer.detach;
    }
    expect([out, left]).toEqual([sent, detach]);
  }
});
