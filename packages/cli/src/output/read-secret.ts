import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Output } from './output.ts';

/** The first line of standard input; on a terminal it is asked for and not shown. */
export async function readSecret(out: Output, prompt: string): Promise<string> {
  const terminal = process.stdin.isTTY;
  if (terminal) await out.write(prompt);
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: mute, terminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    process.stdin.pause();
    if (terminal) await out.write('\n');
  }
}
