import { Masker, SecretMask } from '@errand/agent';

export interface Masked {
  /** Of processor time: it is all computing, and the machine may have other things to do. */
  readonly bytesPerSecond: number;
  /** Something came out as a mask. */
  readonly hides: boolean;
}

const PIECE = 1_048_576;
const STAR = 42;

/** Masks a log of this many bytes as an agent does, in pieces of 1 MiB; without secrets it only copies them. */
export function maskBytes({
  bytes,
  text,
  secrets,
}: {
  readonly bytes: number;
  readonly text: string;
  readonly secrets: readonly string[];
}): Promise<Masked> {
  const log = Buffer.alloc(bytes, text);
  const masker = secrets.length === 0 ? null : new Masker(new SecretMask(secrets).patterns);
  const out = Buffer.alloc(bytes, ' ');
  const begin = process.cpuUsage();
  for (let at = 0; at < bytes; at += PIECE) {
    const piece = { offset: at, stream: 'stdout', time: 0, bytes: log.subarray(at, at + PIECE) } as const;
    for (const { offset, bytes: masked } of masker?.push(piece) ?? [piece]) out.set(masked, offset);
  }
  for (const { offset, bytes: masked } of masker?.end() ?? []) out.set(masked, offset);
  const { user, system } = process.cpuUsage(begin);
  const seconds = (user + system) / 1_000_000;
  return Promise.resolve({ bytesPerSecond: bytes / seconds, hides: out.includes(STAR) });
}
