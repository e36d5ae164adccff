import { createServer } from 'node:net';

export interface PortWish {
  readonly port: number;
  readonly range: readonly [number, number] | null;
}

export interface PortPlace {
  readonly port: number;
  readonly outerPort: number;
}

/** Draws in a range before it is called full. */
const DRAWS = 200;

/**
 * A free port of this machine for each port of a session, none of those that are taken. Free now: whoever else binds it before the session's command
 * does makes that command fail with a sentence of its own.
 */
export async function choosePorts(
  wishes: readonly PortWish[],
  taken: ReadonlySet<number>,
): Promise<readonly PortPlace[]> {
  const places: PortPlace[] = [];
  for (const { port, range } of wishes) {
    const used = new Set([...taken, ...places.map(({ outerPort }) => outerPort)]);
    places.push({ port, outerPort: await chooseOne(range, used) });
  }
  return places;
}

async function chooseOne(range: PortWish['range'], used: ReadonlySet<number>): Promise<number> {
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const free = await bind(range === null ? 0 : within(range));
    if (free !== null && !used.has(free)) return free;
  }
  const where = range === null ? '' : ` between ${range[0]} and ${range[1]}`;
  throw new Error(`no port${where} is free on this machine`);
}

function within([from, to]: readonly [number, number]): number {
  return from + Math.floor(Math.random() * (to - from + 1));
}

/** The port, or the one that the system chose for 0; null: it is taken. */
function bind(port: number): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const server = createServer();
  server.once('error', () => resolve(null));
  server.listen({ port, host: '127.0.0.1' }, () => {
    const address = server.address();
    const bound = typeof address === 'object' && address !== null ? address.port : null;
    server.close(() => resolve(bound));
  });
  return promise;
}
