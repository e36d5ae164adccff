import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The first line of a child's output that matches; rejects with what it wrote to stderr if it ends before. */
export async function untilLine(child: ChildProcess, wanted: RegExp): Promise<RegExpExecArray> {
  let complaint = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-4_000);
  });
  if (child.stdout === null) throw new Error('the output of this child is not piped');
  const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
  createInterface(child.stdout).on('line', (line) => {
    const found = wanted.exec(line);
    if (found !== null) resolve(found);
  });
  child.once('error', reject);
  child.once('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal}: ${complaint}`)));
  return await promise;
}

/** Asks a child to end and waits until it has. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await gone;
}
