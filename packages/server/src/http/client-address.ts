import type { IncomingMessage } from 'node:http';

/** Where a request comes from. Behind a proxy that is trusted it is the last address named: the others are what the client says of itself. */
export function clientAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustProxy: boolean,
): string | undefined {
  const forwarded = trustProxy ? String(headers['x-forwarded-for'] ?? '') : '';
  const address = forwarded.split(',').at(-1)?.trim() || socket.remoteAddress;
  return address?.replace(/^::ffff:/, '').slice(0, 64);
}
