import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Put {
  readonly path: string;
  readonly length: string | undefined;
  readonly body: Buffer;
}

/** Somebody's object store: takes PUTs and remembers them. */
export class PutTarget implements AsyncDisposable {
  readonly puts: Put[] = [];
  /** Answers so many of the next calls with 503. */
  failures = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<PutTarget> {
    const server = createServer();
    const target = new PutTarget(server);
    server.on('request', (request, answer) => void target.#take(request, answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return target;
  }

  urls(name: string): { log: string; exit: string; size: string } {
    const { port } = this.#server.address() as AddressInfo;
    const at = (what: string): string => `http://127.0.0.1:${port}/${name}/${what}?signature=secret`;
    return { log: at('log'), exit: at('exit'), size: at('size') };
  }

  /** What arrived for one name, by the last part of its path, in order. */
  of(name: string): { readonly what: string; readonly put: Put }[] {
    return this.puts
      .filter(({ path }) => path.startsWith(`/${name}/`))
      .map((put) => ({ what: /\/(\w+)\?/.exec(put.path)?.[1] ?? '', put }));
  }

  async #take(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.failures > 0) {
      this.failures -= 1;
      answer.writeHead(503).end();
      return;
    }
    const body = Buffer.concat(chunks);
    this.puts.push({ path: request.url ?? '', length: request.headers['content-length'], body });
    answer.writeHead(200).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }
}
