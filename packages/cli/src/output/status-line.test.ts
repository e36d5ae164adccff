import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Output } from './output.ts';
import { StatusLine } from './status-line.ts';

it('stays on its line, however long the text is', async () => {
  const drawn: string[] = [];
  const terminal = {
    isTerminal: true,
    canRedraw: true,
    columns: 20,
    write: async (text: string) => void drawn.push(text),
  };
  using status = new StatusLine(terminal as unknown as Output);
  status.show('the registry of the image nowhere:1 cannot be reached');
  while (drawn.length < 2) await sleep(10);
  for (const text of drawn) expect(text.replace('\r\x1b[K', '')).toMatch(/^\S the registry of …$/);
});

it('writes nothing that a terminal must be able to take away where it cannot, but says what stays', async () => {
  const said: string[] = [];
  const line = async (text: string) => void said.push(text);
  const write = line;
  const dumb = { isTerminal: true, canRedraw: false, columns: 80, write, line };
  using status = new StatusLine(dumb as unknown as Output);
  status.show('waiting');
  await sleep(600);
  status.note('another attempt follows');
  status.clear();
  expect(said).toEqual(['errand: another attempt follows']);
});
