import { spawnSync } from 'node:child_process';

/**
 * Puts the terminal on standard input into raw mode and answers how to leave it. Node's own raw mode still turns newlines into carriage return and newline,
 * which garbles what a full-screen program draws; stty's does not.
 */
export function rawTerminal(): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => undefined;
  const before = stty('-g');
  if (before === undefined || stty('raw', '-echo') === undefined) {
    stdin.setRawMode(true);
    return () => void stdin.setRawMode(false);
  }
  return () => void stty(before.trim());
}

/** What stty says; undefined where it fails or is not there. */
function stty(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('stty', args, {
    stdio: ['inherit', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  return status === 0 ? stdout : undefined;
}
