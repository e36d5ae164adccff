import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one request looked like to the program in the session. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: readonly string[];
}

/** A program as people run it in sessions: a web server that writes down what it was asked, echoes bodies and WebSockets. */
export interface SessionApp extends AsyncDisposable {
  readonly port: number;
  readonly seen: Seen[];
  /** Answers this path in its own way. */
  on(path: string, answer: (request: IncomingMessage, response: ServerResponse) => void): void;
}

export async function openSessionApp(): Promise<SessionApp> {
  const seen: Seen[] = [];
  const answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    seen.push(seenOf(request));
    const answer = answers.get((request.url ?? '').split('?')[0] ?? '');
    if (answer !== undefined) return answer(request, response);
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    request.pipe(response);
  });
  echoSockets(server, seen);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    on: (path, answer) => void answers.set(path, answer),
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

function seenOf({ method = '', url = '', headers, rawHeaders }: IncomingMessage): Seen {
  return { method, url, headers: headers as Record<string, string>, raw: rawHeaders };
}

/** After the handshake of RFC 6455 every byte comes back as it went. */
function echoSockets(server: Server, seen: Seen[]): void {
  server.on('upgrade', (request, socket, head) => {
    seen.push(seenOf(request));
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    if (head.length > 0) socket.write(head);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
}
