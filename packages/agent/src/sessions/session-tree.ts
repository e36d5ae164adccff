import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hangUpAfterMs } from '../hang-up.ts';

/**
 * The processes of a session, by the mark that its keeper gives each of them and that no command can lose: the upper 40 bits of the
 * soft limit on file locks (`packages/keeper/PROTOCOL.md`). So also what left its session and emptied its environment is found.
 */
export interface SessionProcess {
  readonly pid: number;
  readonly mark: string;
  readonly hasTerminal: boolean;
  /** Spent on processors by it and by those of its children that are over, in ms. */
  readonly cpuMs: number;
}

/** Every marked process of this machine that is not over. */
export function markedProcesses(): readonly SessionProcess[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (sightOf(Number(name)) ?? []) : []));
}

/** The mark of this process itself; null: it has none. */
export function ownMark(): string | null {
  return markOf(process.pid);
}

export interface EndTreeOptions {
  readonly mark: string;
  readonly graceMs: number;
}

const LOOK_MS = 50;
/** What does not die of KILL is in the kernel's hands; it is looked for again later. */
const KILL_MS = 10_000;

/** Ends every process of a mark: TERM, after two seconds HUP for what has a terminal, the grace, KILL. True once two looks in a row found none. */
export async function endTree({ mark, graceMs }: EndTreeOptions): Promise<boolean> {
  const started = performance.now();
  let told = new Map<number, 'SIGTERM' | 'SIGHUP'>();
  for (let empty = 0; ; ) {
    const left = markedProcesses().filter((each) => each.mark === mark);
    empty = left.length === 0 ? empty + 1 : 0;
    if (empty === 2) return true;
    const passed = performance.now() - started;
    if (passed > graceMs + KILL_MS) return false;
    const hangsUp = passed >= hangUpAfterMs(graceMs);
    const wanted = ({ hasTerminal }: SessionProcess) => (hangsUp && hasTerminal ? 'SIGHUP' : 'SIGTERM');
    for (const each of left) {
      if (passed >= graceMs) signal(each.pid, 'SIGKILL');
      else if (told.get(each.pid) !== wanted(each)) signal(each.pid, wanted(each));
    }
    told = new Map(left.map((each) => [each.pid, wanted(each)]));
    await sleep(empty === 1 ? 1 : LOOK_MS);
  }
}

/** Undefined for what is over, zombies included, and for what has no mark. */
function sightOf(pid: number): SessionProcess | undefined {
  const mark = markOf(pid);
  if (mark === null) return undefined;
  const text = readProc(pid, 'stat');
  // The name in parentheses may hold anything, parentheses too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === undefined || fields[0] === '' || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  // utime, stime, cutime, cstime: proc(5), in ticks of 10 ms.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, mark, hasTerminal: fields[4] !== '0', cpuMs: ticks * TICK_MS };
}

/** USER_HZ is 100 on every Linux that runs Node. */
const TICK_MS = 10;
/** Low bits tell the commands within a session apart. */
const LOW_BITS = 22n;

function markOf(pid: number): string | null {
  const number = /^Max file locks\s+(\d+)/m.exec(readProc(pid, 'limits'))?.[1];
  const mark = number === undefined ? 0n : BigInt(number) >> LOW_BITS;
  return mark === 0n ? null : String(mark);
}

function signal(pid: number, name: 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
