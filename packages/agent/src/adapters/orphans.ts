import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptName } from '@errand/contract';

/** The low bits of a keeper's mark tell the trees of a nested keeper apart; see the keeper's mark.c. */
const LOW_BITS = 22n;
const ROUNDS = 100;
const ROUND_MS = 20;

/**
 * Kills what is left of an attempt whose keeper died, until two looks in a row find nothing. Found are: processes with the attempt's two variables in
 * their environment, those in the same session or with the same mark as one of them, and what descends from any. A daemon with an
 * empty environment is found by the mark as long as another process of the tree is alive to learn it from. Answers how many were found.
 */
export async function endOrphans({ runId, token }: AttemptName): Promise<number> {
  // Without /proc (macOS) nobody can look.
  if (!existsSync('/proc/self/stat')) return 0;
  const mine = [`ERRAND_RUN_ID=${runId}`, `ERRAND_ATTEMPT=${token}`];
  const known = { marks: new Set<bigint>(), sessions: new Set<number>() };
  const killed = new Set<number>();
  for (let round = 0, empty = 0; round < ROUNDS && empty < 2; round += 1) {
    const found = treeOf(mine, known).filter(kill);
    for (const pid of found) killed.add(pid);
    empty = found.length === 0 ? empty + 1 : 0;
    if (empty < 2) await sleep(found.length === 0 ? 1 : ROUND_MS);
  }
  return killed.size;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

interface Known {
  readonly marks: Set<bigint>;
  readonly sessions: Set<number>;
}

function treeOf(mine: readonly string[], known: Known): readonly number[] {
  const all = processes().filter(({ pid }) => pid !== process.pid);
  for (const { pid, session } of all.filter(({ pid }) => hasVariables(pid, mine))) {
    known.sessions.add(session);
    const mark = markOf(pid);
    if (mark !== undefined) known.marks.add(mark);
  }
  const tree = new Set<number>();
  for (const { pid, session } of all) {
    if (known.sessions.has(session) || hasVariables(pid, mine) || isMarked(pid, known.marks)) tree.add(pid);
  }
  for (let grown = true; grown; ) {
    const children = all.filter(({ pid, parent }) => tree.has(parent) && !tree.has(pid));
    for (const { pid } of children) tree.add(pid);
    grown = children.length > 0;
  }
  return [...tree];
}

function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
}

/** Undefined for what is gone, zombies included. */
function statOf(pid: number): Process | undefined {
  const text = readProc(pid, 'stat');
  // The name in parentheses may hold anything, parentheses too.
  const [state, parent, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), session: Number(session) };
}

function hasVariables(pid: number, mine: readonly string[]): boolean {
  const variables = `\0${readProc(pid, 'environ')}`;
  return mine.every((variable) => variables.includes(`\0${variable}\0`));
}

function markOf(pid: number): bigint | undefined {
  const number = /^Max file locks\s+(\d+)/m.exec(readProc(pid, 'limits'))?.[1];
  const mark = number === undefined ? 0n : BigInt(number);
  return mark >> LOW_BITS === 0n ? undefined : mark;
}

/** Equal, or the mark of a keeper inside of the tree: its upper bits are those of a mark whose low bits are zero. */
function isMarked(pid: number, marks: ReadonlySet<bigint>): boolean {
  if (marks.size === 0) return false;
  const mark = markOf(pid);
  if (mark === undefined) return false;
  return marks.has(mark) || marks.has((mark >> LOW_BITS) << LOW_BITS);
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
