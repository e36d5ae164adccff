import { request } from 'node:http';
import { connect } from 'node:net';
import type { HealthSpec } from '@errand/contract';

export interface HealthSight {
  readonly ok: boolean;
  readonly failed: boolean;
  readonly why: string;
}

/** Looks once whether something on this machine is healthy. `portOf`: where a port of the session is here. */
export async function lookAtHealth(
  { check, timeoutMs }: HealthSpec,
  portOf: (port: number) => number,
  execute: (argv: readonly string[], timeoutMs: number) => Promise<HealthSight>,
): Promise<HealthSight> {
  if (check.kind === 'command') return await execute(check.argv, timeoutMs);
  const port = portOf(check.port);
  if (check.kind === 'tcp') return await lookAtPort(port, timeoutMs);
  try {
    const { status, body } = await get(port, check.path, timeoutMs);
    const text = body.trim();
    const failed = check.failedBody !== null && text === check.failedBody.trim();
    if (failed) return { ok: false, failed, why: `${check.path} answered ${JSON.stringify(text)}` };
    if (status !== check.status) return notYet(`${check.path} answered ${status}, not ${check.status}`);
    if (check.body !== null && text !== check.body.trim())
      return notYet(`${check.path} answered ${JSON.stringify(text.slice(0, 100))}`);
    return HEALTHY;
  } catch (error) {
    return notYet(`${check.path} on port ${port} does not answer (${codeOf(error)})`);
  }
}

export const HEALTHY: HealthSight = { ok: true, failed: false, why: '' };

export const NOT_LOOKED: HealthSight = { ok: false, failed: false, why: 'nobody has looked yet' };

export function notYet(why: string): HealthSight {
  return { ok: false, failed: false, why };
}

const BODY_BYTES = 64 * 1024;

function get(port: number, path: string, timeoutMs: number): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const asked = request({ host: '127.0.0.1', port, path, agent: false, timeout: timeoutMs }, (answer) => {
    let body = '';
    const done = (): void => resolve({ status: answer.statusCode ?? 0, body });
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > BODY_BYTES) {
        done();
        asked.destroy();
      }
    });
    answer.once('end', done);
    answer.once('error', reject);
  });
  asked.once('timeout', () => asked.destroy(new Error(`nothing within ${timeoutMs} ms`)));
  asked.once('error', reject);
  asked.end();
  return promise;
}

function lookAtPort(port: number, timeoutMs: number): Promise<HealthSight> {
  const { promise, resolve } = Promise.withResolvers<HealthSight>();
  const socket = connect({ host: '127.0.0.1', port, timeout: timeoutMs });
  const not = (): void => resolve(notYet(`nothing listens on port ${port} yet`));
  socket.once('connect', () => resolve(HEALTHY));
  socket.once('timeout', not);
  socket.once('error', not);
  return promise.finally(() => socket.destroy());
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}
