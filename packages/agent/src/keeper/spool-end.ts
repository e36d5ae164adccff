const LOG_GAPS = ['none', 'cap', 'disk_full'] as const;
const SPAWN_STAGES = ['cwd', 'exec', 'stdin', 'log', 'fork'] as const;

/** Why the log of an attempt is not whole. */
export type LogGap = (typeof LOG_GAPS)[number];

/** What could not be done when a command did not start. */
export type SpawnStage = (typeof SPAWN_STAGES)[number];

/** How the main command of an attempt ended. */
export type HowEnded =
  | { kind: 'exited'; code: number }
  | { kind: 'signaled'; signal: number }
  | { kind: 'spawn_failed'; errno: number; stage: SpawnStage };

/** The end of an attempt, as the keeper recorded it. */
export interface SpoolEnd {
  how: HowEnded;
  /** Who asked for the end before it came: the cause of the first kill, `timed_out`, `disk_full`, or nobody. */
  cause: string | undefined;
  /** Size of the stored log, the tail included. */
  bytes: number;
  /** Bytes that are missing between the log and its tail. */
  dropped: number;
  why: LogGap;
  /** Processes of the tree that could not be proven gone. */
  left: number;
  /** The kernel ended the command because memory ran out. */
  oom: boolean;
  endedAt: number;
  startedAt: number;
}

const LINE =
  /^end (\w+) (\d+)(?: (\w+))? cause=(-|[a-z_]{1,32}) bytes=(\d+) dropped=(\d+) why=(\w+) left=(\d+) oom=([01]) time=(\d+) started=(\d+)(?: .*)?$/;

/** Reads an end line; undefined when it is none. Words that a newer keeper adds at the end are passed over. */
export function parseEnd(line: string): SpoolEnd | undefined {
  const match = LINE.exec(line.trimEnd());
  if (match === null) return undefined;
  const [, verb, number, stage, cause, bytes, dropped, gap, left, oom, time, started] = match;
  const how = howEnded(verb, Number(number), stage);
  const why = LOG_GAPS.find((known) => known === gap);
  if (how === undefined || why === undefined) return undefined;
  return {
    how,
    cause: cause === '-' ? undefined : cause,
    bytes: Number(bytes),
    dropped: Number(dropped),
    why,
    left: Number(left),
    oom: oom === '1',
    endedAt: Number(time),
    startedAt: Number(started),
  };
}

function howEnded(verb: string | undefined, number: number, word: string | undefined): HowEnded | undefined {
  const stage = SPAWN_STAGES.find((known) => known === word);
  if (verb === 'exited' && word === undefined) return { kind: 'exited', code: number };
  if (verb === 'signaled' && word === undefined) return { kind: 'signaled', signal: number };
  if (verb === 'spawn_failed' && stage !== undefined) return { kind: 'spawn_failed', errno: number, stage };
  return undefined;
}
