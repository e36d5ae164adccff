import { connect, createServer, type Server, type Socket } from 'node:net';
import type { PortSpec } from '@errand/core';

/** One outer port, and where its bytes go. */
export interface Relay {
  readonly outerPort: number;
  /** When bytes last went through it, in ms since 1970; null: never. */
  readonly usedAt: number | null;
  /** The port on loopback at which the engine has the container's; null: nowhere, callers are sent away. */
  aim(target: number | null): void;
  /** Ends its connections, too. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/**
 * Holds a port for a session. Binding it is what makes it unique, also under concurrency and among other programs. `preferred`: the one it had
 * before. null: no port of the range is free.
 */
export async function openRelay(
  { bind, range }: PortSpec,
  preferred: number | null,
  now: () => number,
): Promise<Relay | null> {
  let target: number | null = null;
  let usedAt: number | null = null;
  const open = new Set<Socket>();
  const serve = (outer: Socket): void => {
    if (target === null) {
      outer.destroy();
      return;
    }
    const inner = connect({ host: LOOPBACK, port: target, allowHalfOpen: true });
    for (const socket of [outer, inner]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('data', () => (usedAt = now()));
      socket.on('close', () => open.delete(socket));
    }
    join(outer, inner);
  };
  const server = await listenSomewhere(serve, bind ?? LOOPBACK, portsToTry(range, preferred));
  if (server === null) return null;
  return {
    outerPort: portOf(server),
    get usedAt() {
      return usedAt;
    },
    aim: (port) => void (target = port),
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
      await promise;
    },
  };
}

/** Bytes both ways; each direction ends by itself, and an error of one side ends both. */
function join(outer: Socket, inner: Socket): void {
  outer.pipe(inner);
  inner.pipe(outer);
  for (const [one, other] of [
    [outer, inner],
    [inner, outer],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => other.destroySoon());
}

/** From a random place in the range on, all of it. */
function* portsToTry(range: PortSpec['range'], preferred: number | null): Generator<number> {
  if (preferred !== null) yield preferred;
  if (range === null) {
    yield 0;
    return;
  }
  const [from, to] = range;
  const count = to - from + 1;
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) yield from + ((start + step) % count);
}

async function listenSomewhere(
  serve: (socket: Socket) => void,
  host: string,
  ports: Iterable<number>,
): Promise<Server | null> {
  for (const port of ports) {
    const server = await listen(serve, host, port);
    if (server !== null) return server;
  }
  return null;
}

/** null: the port is taken, or is not for us. Other errors, such as an address that is not of this machine, are thrown. */
function listen(serve: (socket: Socket) => void, host: string, port: number): Promise<Server | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Server | null>();
  const server = createServer({ allowHalfOpen: true }, serve);
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
    else reject(error);
  });
  server.listen({ port, host, exclusive: true }, () => resolve(server));
  return promise;
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('a relay listens on no port');
}
