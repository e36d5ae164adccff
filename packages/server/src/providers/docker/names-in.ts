import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';

/** A name has at most 255 bytes. */
const NAME_BYTES = 256;

/** What lies in a folder of a container that runs, by the image's `find`; null: it has none, or there are more names than `most`. */
export async function namesIn(
  container: Docker.Container,
  folder: string,
  most: number,
): Promise<readonly string[] | null> {
  const Cmd = ['find', folder, '-mindepth', '1', '-maxdepth', '1', '-print0'];
  const exec = await container.exec({ Cmd, User: '0', AttachStdout: true, AttachStderr: true });
  // Without a terminal, which would change the line breaks in names.
  const stream = await exec.start({ hijack: false, stdin: false });
  const [out, rest] = [new PassThrough(), new PassThrough().resume()];
  container.modem.demuxStream(stream, out, rest);
  stream.once('close', () => out.end()).once('end', () => out.end());
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of out as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > most * NAME_BYTES) return stop(stream);
    pieces.push(piece);
  }
  const { ExitCode: code } = await exec.inspect();
  const names = Buffer.concat(pieces).toString().split('\0').slice(0, -1);
  if (code !== 0 || names.length > most) return null;
  return names.map((path) => path.slice(path.lastIndexOf('/') + 1));
}

function stop(stream: NodeJS.ReadableStream & { destroy?: () => void }): null {
  stream.destroy?.();
  return null;
}
