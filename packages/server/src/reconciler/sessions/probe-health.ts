import { connect } from 'node:net';
import type { Health, HealthCheck, PortAddress } from '@errand/core';

/** Looks once whether a health check succeeds, over the network. */
export type ProbeHealth = (
  check: HealthCheck,
  ports: readonly PortAddress[],
  timeoutMs: number,
) => Promise<Health>;

/** The most of a body that is looked at. */
const BODY_BYTES = 64 * 1024;

export const probeHealth: ProbeHealth = async (check, ports, timeoutMs) => {
  if (check.kind === 'command') return notYet('commands are checked by the provider alone');
  const address = ports.find(({ port }) => port === check.port);
  if (address === undefined || address.host === null)
    return notYet(`port ${check.port} has no address that can be reached from here`);
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  if (check.kind === 'tcp') return await probeTcp(address.host, address.outerPort, timeoutMs);
  return await probeHttp(check, `http://${host}:${address.outerPort}${check.path}`, timeoutMs);
};

async function probeHttp(
  { status, body, failedBody }: Extract<HealthCheck, { kind: 'http' }>,
  url: string,
  timeoutMs: number,
): Promise<Health> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    const text = await textOf(answer);
    if (failedBody !== null && text === failedBody.trim())
      return { kind: 'failed', why: `${url} answered ${JSON.stringify(text)}` };
    if (answer.status !== status) return notYet(`${url} answered ${answer.status} instead of ${status}`);
    if (body !== null && text !== body.trim())
      return notYet(`${url} answered ${JSON.stringify(text.slice(0, 100))}, not ${JSON.stringify(body)}`);
    return { kind: 'ok' };
  } catch (error) {
    return notYet(`${url} does not answer: ${reasonOf(error)}`);
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes >= BODY_BYTES) break;
  }
  return Buffer.concat(chunks).toString().trim();
}

async function probeTcp(host: string, port: number, timeoutMs: number): Promise<Health> {
  const { promise, resolve } = Promise.withResolvers<Health>();
  const socket = connect({ host, port, timeout: timeoutMs });
  socket.once('connect', () => resolve({ kind: 'ok' }));
  socket.once('timeout', () => resolve(notYet(`nothing listens on port ${port} yet`)));
  socket.once('error', (error) => resolve(notYet(`nothing listens on port ${port} yet: ${reasonOf(error)}`)));
  return await promise.finally(() => socket.destroy());
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : String(cause);
}

function notYet(why: string): Health {
  return { kind: 'not_yet', why };
}
