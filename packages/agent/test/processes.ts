import { readFileSync } from 'node:fs';

/** Is this process alive? Zombies are not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
  } catch {
    return false;
  }
}

/** The numbers that a command has printed. */
export function pidsIn(text: Buffer): number[] {
  return [...text.toString().matchAll(/\d+/g)].map(Number);
}
