import { encodeMessage } from './codec.ts';

/** A command for the keeper. Strings are UTF-8; give bytes where others must arrive untouched. */
export interface StartRequest {
  /** 1 to 64 of `[A-Za-z0-9._-]`; a repeat with a known id changes nothing. */
  id: string;
  /** Path of the attempt's files without their endings; `prefix.run` must be there. */
  prefix: string;
  /** Path prefix for `.log` and `.idx` where they shall not lie beside `.run`. */
  logPrefix?: string;
  argv: readonly (string | Uint8Array)[];
  /** `NAME=value`, any bytes but NUL. */
  env?: readonly (string | Uint8Array)[];
  /** `clean`: only `env`. `inherit`: the keeper's own environment with `env` over it. */
  envBase?: 'clean' | 'inherit';
  /** Empty or absent: the keeper's own folder. */
  cwd?: string | Uint8Array;
  stdin?: 'null' | 'inherit' | 'stream';
  /** Stored bytes of the log; 0: no limit. */
  capBytes?: number;
  /** Time limit; 0: none. */
  timeoutMs?: number;
  /** Time between TERM and KILL for the time limit and for what the command leaves behind. */
  graceMs?: number;
  keepChildren?: boolean;
  /** A terminal of this size: one stream, and `input` goes to it. */
  tty?: { rows: number; columns: number };
  /** Soft limit of open files: Node raises its own, and a keeper started by Node inherits that. */
  openFiles?: number;
}

/** Writes the `S` message. */
export function encodeStart(request: StartRequest): Buffer {
  return encodeMessage('S', [
    request.id,
    request.prefix,
    optionLines(request),
    request.cwd ?? '',
    String(request.argv.length),
    ...request.argv,
    ...(request.env ?? []),
  ]);
}

/** What a start asks for beside the command itself. */
export function optionLines(request: Omit<StartRequest, 'id' | 'prefix' | 'argv'>): string {
  const lines = [
    `cap=${request.capBytes ?? 0}`,
    `stdin=${request.stdin ?? 'null'}`,
    `timeout=${request.timeoutMs ?? 0}`,
    `grace=${request.graceMs ?? 10_000}`,
    `keep=${request.keepChildren === true ? 1 : 0}`,
    `env=${request.envBase ?? 'clean'}`,
  ];
  if (request.tty !== undefined) lines.push(`tty=${request.tty.rows}x${request.tty.columns}`);
  if (request.logPrefix !== undefined) lines.push(`log=${request.logPrefix}`);
  if (request.openFiles !== undefined) lines.push(`nofile=${request.openFiles}`);
  return `${lines.join('\n')}\n`;
}
