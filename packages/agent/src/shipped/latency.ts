import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModuleContext } from '../module-host/run-call.ts';

export const description = 'Measures how long answers take: of the control plane, or of any URL.';

export const parameters = {
  type: 'object',
  properties: {
    url: { type: 'string', pattern: '^https?://', description: 'instead of the control plane' },
    count: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000,
      default: 20,
      description: 'requests, one after the other',
    },
    pause: { type: 'integer', minimum: 0, maximum: 10_000, default: 100, description: 'ms between two' },
  },
  additionalProperties: false,
};

export const result = {
  from: 'return',
  view: {
    kind: 'table',
    path: 'percentiles',
    columns: [
      { path: 'name', title: 'percentile' },
      { path: 'ms', title: 'ms' },
    ],
  },
};

export interface Latency {
  readonly url: string;
  readonly count: number;
  readonly failed: number;
  /** The first request, which makes the connection. */
  readonly connectMs: number | null;
  readonly percentiles: readonly { readonly name: string; readonly ms: number }[];
}

const LIMIT_MS = 10_000;
const NAMES = { min: 0, p50: 0.5, p90: 0.9, p99: 0.99, max: 1 };

export async function run(
  { url, count = 20, pause = 100 }: { url?: string; count?: number; pause?: number },
  context: ModuleContext,
): Promise<Latency> {
  const target = url ?? new URL('/healthz', context.controlPlane.url).href;
  const agent = new (target.startsWith('https:') ? HttpsAgent : HttpAgent)({
    keepAlive: true,
    maxSockets: 1,
  });
  const times: number[] = [];
  let failed = 0;
  let connectMs: number | null = null;
  try {
    for (let index = 0; index <= count; index += 1) {
      if (index > 0) await sleep(pause, undefined, { signal: context.signal });
      const ms = await once(url, agent, context);
      if (ms === null) failed += 1;
      else if (connectMs === null) connectMs = ms;
      else times.push(ms);
      if (ms !== null && index > 0) context.progress(`${index} of ${count}: ${ms} ms`);
    }
  } finally {
    agent.destroy();
  }
  if (connectMs === null) throw new Error(`${target} never answered`);
  return { url: target, count, failed, connectMs, percentiles: percentilesOf(times) };
}

/** Null where no answer came. */
async function once(
  url: string | undefined,
  agent: HttpAgent,
  context: ModuleContext,
): Promise<number | null> {
  const options = { agent, signal: AbortSignal.any([context.signal, AbortSignal.timeout(LIMIT_MS)]) };
  const begun = performance.now();
  try {
    const send = url?.startsWith('https:') === true ? httpsRequest : httpRequest;
    const request =
      url === undefined ? context.controlPlane.open('GET', '/healthz', options) : send(url, options);
    await answered(request);
    return Math.round((performance.now() - begun) * 100) / 100;
  } catch (error) {
    context.signal.throwIfAborted();
    context.log(error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** Any status is an answer. */
function answered(request: ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (answer) => {
      answer
        .once('error', reject)
        .once('end', () => resolve())
        .resume();
    });
    request.end();
  });
}

function percentilesOf(times: readonly number[]): Latency['percentiles'] {
  const sorted = times.toSorted((a, b) => a - b);
  if (sorted.length === 0) return [];
  return Object.entries(NAMES).map(([name, part]) => ({
    name,
    ms: sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0,
  }));
}
