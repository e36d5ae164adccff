import Docker from 'dockerode';

/** How the engine is reached: its socket on this machine, or an address. */
export type EngineAddress =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number };

/** A Docker engine. What it is asked must be answered soon; pulls may take as long as they move. */
export interface Engine {
  readonly calls: Docker;
  readonly pulls: Docker;
  readonly address: EngineAddress;
}

/** Calls without a sign of life for this long have failed: shorter than what the provider says of itself (`settleMs`). */
const CALL_MS = 20_000;

export function openEngine(address: EngineAddress): Engine {
  const where =
    'socketPath' in address
      ? { socketPath: address.socketPath }
      : { protocol: 'http' as const, host: address.host, port: address.port };
  return { calls: new Docker({ ...where, timeout: CALL_MS }), pulls: new Docker(where), address };
}

/** For people. */
export function nameOfEngine(address: EngineAddress): string {
  return 'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`;
}

/** As `parseEngineAddress` reads it. */
export function urlOfEngine(address: EngineAddress): string {
  if ('socketPath' in address) return `unix://${address.socketPath}`;
  const { host, port } = address;
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** `unix:///path` or `tcp://host:port`, as DOCKER_HOST has them; null: neither. */
export function parseEngineAddress(text: string): EngineAddress | null {
  if (text.startsWith('unix://')) return { socketPath: text.slice('unix://'.length) };
  const tcp = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[^/:]+):(\d{1,5})\/?$/.exec(text);
  if (tcp === null) return null;
  return { host: (tcp[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(tcp[2]) };
}
