import { type IncomingMessage, request as openRequest, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Passage } from './forward-request.ts';

/** Sees to it that a peer that is gone without a word is noticed. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Passes on the request for a WebSocket, and then the bytes of both sides as they are. Resolves when both are closed; rejects while nothing of an answer was
 * passed on. The caller hears of errors of the socket; each is followed by a close.
 */
export async function forwardSocket(
  request: IncomingMessage,
  socket: Duplex,
  passage: Passage & { readonly head: Buffer },
): Promise<void> {
  // Whoever asked has gone while it was looked whether they may, or while the session started.
  if (socket.destroyed) return;
  const { host, port, path, headers, signal } = passage;
  const upgrade = ['Connection', 'Upgrade', 'Upgrade', 'websocket'];
  const upstream = openRequest({
    host,
    port,
    path,
    method: 'GET',
    headers: [...headers, ...upgrade],
    setHost: false,
    agent: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (): void => {
    upstream.destroy();
    socket.destroy();
    resolve();
  };
  signal.addEventListener('abort', end, { once: true });
  socket.once('close', end);
  upstream.on('error', reject);
  upstream.once('response', (answer) => {
    socket.write(headOf(answer, [...passage.answerHeaders(answer), 'Connection', 'close']), 'latin1');
    answer.on('error', end);
    answer.pipe(socket);
  });
  upstream.once('upgrade', (answer, inner, innerHead) => {
    inner.once('close', end);
    // The request that became this connection no longer ends it.
    socket.once('close', () => inner.destroy());
    if (socket.destroyed) inner.destroy();
    socket.write(headOf(answer, [...passage.answerHeaders(answer), ...upgrade]), 'latin1');
    join(socket, { inner, innerHead, ...passage });
  });
  upstream.end();
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

interface Joined extends Pick<Passage, 'note'> {
  readonly head: Buffer;
  readonly inner: Socket;
  readonly innerHead: Buffer;
}

function join(socket: Duplex, { inner, innerHead, head, note }: Joined): void {
  inner.on('error', () => undefined);
  for (const each of [socket as Socket, inner]) {
    each.setKeepAlive(true, KEEP_ALIVE_MS);
    each.setNoDelay(true);
    each.setTimeout(0);
    each.on('data', note);
  }
  note();
  if (innerHead.length > 0) socket.write(innerHead);
  if (head.length > 0) inner.write(head);
  socket.pipe(inner).pipe(socket);
}

function headOf({ statusCode = 502, statusMessage }: IncomingMessage, headers: readonly string[]): string {
  const reason = statusMessage || (STATUS_CODES[statusCode] ?? '');
  let head = `HTTP/1.1 ${statusCode} ${reason}\r\n`;
  for (let at = 0; at + 1 < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return `${head}\r\n`;
}
