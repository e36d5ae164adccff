import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeFrame } from '@errand/contract/wire';

/** A control plane that has one finished log and may cut the line after so many bytes, so many times. */
export class LogServer implements AsyncDisposable {
  readonly requests: string[] = [];
  url = '';
  readonly #server: Server;
  readonly #log: Uint8Array;
  #cuts: number;

  constructor(log: Uint8Array, cuts: number) {
    this.#log = log;
    this.#cuts = cuts;
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      this.#answer(new URL(request.url ?? '', 'http://fake'), response);
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('from'));
    const whole = Buffer.concat(framesOf(this.#log, from));
    response.writeHead(200, { 'content-type': 'application/vnd.errand.frames', 'errand-attempt': '3' });
    if (this.#cuts === 0) return void response.end(whole);
    this.#cuts -= 1;
    // Anywhere: within a header, within a payload, between two frames.
    const cut = Math.floor(Math.random() * Math.min(whole.length, 4_000));
    response.write(whole.subarray(0, cut), () => setTimeout(() => response.destroy(), 1));
  }
}

/** The stream of a byte follows from its offset, in stretches of 100. */
export function streamAt(offset: number): 'stdout' | 'stderr' {
  return Math.floor(offset / 100) % 3 === 0 ? 'stderr' : 'stdout';
}

/** Frames from an offset on, each sent with an overlap of up to seven bytes, as a server may that repeats itself. */
function framesOf(log: Uint8Array, from: number): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = Math.floor(from / 100) * 100; at < log.length; at += 100) {
    const bytes = log.subarray(Math.max(at, from - 7), Math.min(at + 100, log.length));
    const offset = Math.max(at, from - 7);
    if (bytes.length > 0 && offset < at + 100)
      frames.push(encodeFrame({ kind: 'data', stream: streamAt(at), time: 1, offset, bytes }));
  }
  const json = JSON.stringify({ id: 'run_1', exitCode: 7, endedAt: 'now' });
  frames.push(encodeFrame({ kind: 'end', offset: log.length, json }));
  return frames;
}
