import type { Message } from './codec.ts';
import { parseEnd, type SpoolEnd } from './spool-end.ts';

/** A run as the keeper knows it. */
export interface KeptRun {
  id: string;
  state: 'running' | 'ended';
  /** Stored bytes of its log now. */
  size: number;
  end: SpoolEnd | undefined;
  /** Bytes that reached the command's standard input. */
  acceptedInput: number;
}

/** What a keeper tells its clients; see PROTOCOL.md for when. */
export type KeeperEvent =
  | { kind: 'hello'; version: string; pid: number }
  | { kind: 'started'; id: string; pid: number; time: number }
  | { kind: 'grew'; sizes: { id: string; size: number }[] }
  | { kind: 'input'; id: string; accepted: number; open: boolean }
  | { kind: 'ended'; id: string; end: SpoolEnd }
  | { kind: 'run'; run: KeptRun }
  | { kind: 'listed' }
  | { kind: 'error'; request: string; id: string; sentence: string };

/** Reads a message of the keeper; undefined for a type of a newer keeper; throws on a broken one. */
export function decodeEvent(message: Message): KeeperEvent | undefined {
  const read = READERS[message.type];
  return read?.(message.fields.map((field) => field.toString()));
}

const READERS: Readonly<Record<string, (fields: string[]) => KeeperEvent>> = {
  h: (fields) => ({ kind: 'hello', version: text(fields, 0), pid: number(fields, 1) }),
  s: (fields) => ({ kind: 'started', id: text(fields, 0), pid: number(fields, 1), time: number(fields, 2) }),
  g: readGrew,
  i: (fields) => ({
    kind: 'input',
    id: text(fields, 0),
    accepted: number(fields, 1),
    open: text(fields, 2) === 'open',
  }),
  e: (fields) => ({ kind: 'ended', id: text(fields, 0), end: endOf(text(fields, 1)) }),
  r: readRun,
  l: () => ({ kind: 'listed' }),
  x: (fields) => ({
    kind: 'error',
    request: text(fields, 0),
    id: text(fields, 1),
    sentence: text(fields, 2),
  }),
};

function readGrew(fields: string[]): KeeperEvent {
  const sizes: { id: string; size: number }[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    sizes.push({ id: text(fields, at), size: number(fields, at + 1) });
  }
  return { kind: 'grew', sizes };
}

function readRun(fields: string[]): KeeperEvent {
  const state = text(fields, 1);
  if (state !== 'running' && state !== 'ended') throw new Error(`the keeper knows no state ${state}`);
  const line = text(fields, 3);
  const run: KeptRun = {
    id: text(fields, 0),
    state,
    size: number(fields, 2),
    end: line === '' ? undefined : endOf(line),
    acceptedInput: number(fields, 4),
  };
  return { kind: 'run', run };
}

function text(fields: string[], index: number): string {
  const field = fields[index];
  if (field === undefined) throw new Error(`the keeper left out field ${index}`);
  return field;
}

function number(fields: string[], index: number): number {
  const value = Number(text(fields, index));
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`the keeper sent no number in field ${index}`);
  return value;
}

function endOf(line: string): SpoolEnd {
  const end = parseEnd(line);
  if (end === undefined) throw new Error(`the keeper sent no end line: ${line}`);
  return end;
}
