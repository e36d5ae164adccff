import { PassThrough } from 'node:stream';
import type { Health, HealthSpec } from '@errand/core';
import type { Container } from 'dockerode';
import { KEEPER_FILE, KEEPER_FOLDER } from './keeper-volume.ts';

/** A health check by command, as it lies on the label of a container: `inspect` knows nothing else of what was asked for. */
export interface CommandHealth {
  readonly argv: readonly string[];
  readonly timeoutMs: number;
}

export function commandHealthOf(health: HealthSpec | null): CommandHealth | null {
  if (health?.check.kind !== 'command') return null;
  return { argv: health.check.argv, timeoutMs: health.timeoutMs };
}

/** Executes it once through the keeper in the container, which ends all of it in time, and says whether it exited with 0. */
export async function checkCommand(
  container: Container,
  modem: { demuxStream(stream: NodeJS.ReadableStream, out: PassThrough, rest: PassThrough): void },
  { argv, timeoutMs }: CommandHealth,
): Promise<Health> {
  const Cmd = [`${KEEPER_FOLDER}/${KEEPER_FILE}`, 'inside'];
  const streams = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
  const exec = await container.exec({ Cmd, ...streams });
  const stream = await exec.start({ hijack: true, stdin: true });
  const limit = setTimeout(() => stream.destroy(), timeoutMs + PATIENCE_MS);
  try {
    const out = new PassThrough();
    modem.demuxStream(stream, out, new PassThrough().resume());
    stream.once('close', () => out.end()).once('end', () => out.end());
    const options = `cap=0\nstdin=null\ntimeout=${timeoutMs}\ngrace=${GRACE_MS}\nkeep=0\nenv=inherit\n`;
    stream.write(messageOf('S', ['health', '-', options, '', String(argv.length), ...argv]));
    const end = await endOf(out);
    if (end.startsWith('end exited 0 ')) return { kind: 'ok' };
    const [, how = 'came', number = 'to no end'] = end.split(' ');
    return { kind: 'not_yet', why: `${argv[0] ?? ''} ${how.replace('_', ' ')} ${number}` };
  } finally {
    clearTimeout(limit);
    stream.destroy();
  }
}

const GRACE_MS = 1_000;
/** For the keeper to end the tree, and the way there and back. */
const PATIENCE_MS = 12_000;

/** `packages/keeper/PROTOCOL.md`, messages: u32 length, type, and fields of u32 length and bytes. */
function messageOf(type: string, fields: readonly string[]): Buffer {
  const parts = fields.flatMap((field) => {
    const bytes = Buffer.from(field);
    return [lengthOf(bytes.length), bytes];
  });
  const body = Buffer.concat([Buffer.from(type), ...parts]);
  return Buffer.concat([lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
}

/** The end line of the first message `e`; '' where none comes. */
async function endOf(out: AsyncIterable<unknown>): Promise<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of out) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let size = sizeOf(rest); size !== null && rest.length >= 4 + size; size = sizeOf(rest)) {
      const message = rest.subarray(4, 4 + size);
      rest = rest.subarray(4 + size);
      if (message.toString('latin1', 0, 1) !== 'e') continue;
      // The id is the first field, the line the second.
      return message.toString('latin1', 1 + 4 + message.readUInt32LE(1) + 4);
    }
  }
  return '';
}

function sizeOf(bytes: Buffer): number | null {
  return bytes.length < 4 ? null : bytes.readUInt32LE();
}
