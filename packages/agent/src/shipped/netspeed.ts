import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { OpenOptions } from '../module-host/control-plane.ts';
import type { ModuleContext } from '../module-host/run-call.ts';

export const description =
  'Measures the real transfer between this agent and its control plane, down and up.';

export const parameters = {
  type: 'object',
  properties: {
    seconds: {
      type: 'number',
      minimum: 1,
      maximum: 50,
      default: 10,
      description: 'how long in all: half of it down, half of it up',
    },
    connections: { type: 'integer', minimum: 1, maximum: 8, default: 4, description: 'how many at once' },
  },
  additionalProperties: false,
};

const number = { type: 'number', minimum: 0 };
export const result = {
  from: 'return',
  schema: {
    type: 'object',
    required: ['down', 'up', 'unit'],
    properties: { down: number, up: number, unit: { const: 'Mbps' } },
  },
  view: { kind: 'gauge', path: 'down', min: 0, max: 1_000, unit: 'Mbps' },
};

export interface NetSpeed {
  /** Millions of bits a second, of payload. */
  readonly down: number;
  readonly up: number;
  readonly unit: 'Mbps';
  readonly bytesDown: number;
  readonly bytesUp: number;
  readonly seconds: number;
  readonly connections: number;
}

const PATH = '/v1/agent/transfer';
/** So much a request: long enough to be fast, short enough to be stopped. */
const REQUEST_BYTES = 32 * 1024 * 1024;
const CHUNK = Buffer.alloc(256 * 1024);
/** While connections find their speed nothing is counted: a quarter of the time, at most this. */
const WARM_UP_MS = 1_000;
const TELL_MS = 1_000;

export async function run(
  { seconds = 10, connections = 4 }: { seconds?: number; connections?: number },
  context: ModuleContext,
): Promise<NetSpeed> {
  // Not zeros: what lies between may compress.
  crypto.getRandomValues(CHUNK.subarray(0, 65_536));
  for (let at = 65_536; at < CHUNK.length; at += 65_536)
    crypto.getRandomValues(CHUNK.subarray(at, at + 65_536));
  const half = { ms: seconds * 500, connections, context };
  const down = await measure('down', { ...half, transfer: download });
  const up = await measure('up', { ...half, transfer: upload });
  const bytes = { bytesDown: down.bytes, bytesUp: up.bytes };
  return { down: down.mbps, up: up.mbps, unit: 'Mbps', ...bytes, seconds, connections };
}

interface Measuring {
  readonly ms: number;
  readonly connections: number;
  readonly context: ModuleContext;
  readonly transfer: Transfer;
}

/** Moves bytes over one connection until the signal aborts, and says so piece by piece. */
type Transfer = (line: Line, moved: (bytes: number) => void) => Promise<void>;

interface Line {
  readonly context: ModuleContext;
  readonly agent: HttpAgent;
  readonly signal: AbortSignal;
}

interface Measured {
  readonly mbps: number;
  readonly bytes: number;
}

async function measure(name: string, { ms, connections, context, transfer }: Measuring): Promise<Measured> {
  const warmUp = Math.min(ms / 4, WARM_UP_MS);
  const over = AbortSignal.any([context.signal, AbortSignal.timeout(ms)]);
  let bytes = 0;
  let counted = { at: performance.now(), bytes: 0 };
  const restart = setTimeout(() => {
    counted = { at: performance.now(), bytes };
  }, warmUp);
  const speed = (): number => mbps(bytes - counted.bytes, performance.now() - counted.at);
  const tell = setInterval(() => context.progress(`${name} ${speed()} Mbps`), TELL_MS);
  const lines = Array.from({ length: connections }, async () => {
    const agent = new (context.controlPlane.url.startsWith('https:') ? HttpsAgent : HttpAgent)({
      keepAlive: true,
      maxSockets: 1,
    });
    try {
      while (!over.aborted) {
        await transfer({ context, agent, signal: over }, (more) => {
          bytes += more;
        });
      }
    } catch (error) {
      if (!over.aborted) throw error;
    } finally {
      agent.destroy();
    }
  });
  try {
    await Promise.all(lines);
    const measured = { mbps: speed(), bytes };
    context.signal.throwIfAborted();
    context.progress(`${name} ${measured.mbps} Mbps over ${connections} connections`);
    return measured;
  } finally {
    clearTimeout(restart);
    clearInterval(tell);
  }
}

const download: Transfer = async (line, moved) => {
  const request = open(line, 'GET', `${PATH}?bytes=${REQUEST_BYTES}`);
  request.end();
  const answer = await answered(request);
  for await (const chunk of answer) moved((chunk as Buffer).length);
};

const upload: Transfer = async (line, moved) => {
  const request = open(line, 'POST', PATH, {
    headers: { 'content-type': 'application/octet-stream', 'content-length': REQUEST_BYTES },
  });
  const answer = answered(request);
  // A refusal comes before the body is through; waiting for room would then wait for ever.
  const came = new AbortController();
  const over = answer.then(
    () => came.abort(),
    () => came.abort(),
  );
  for (let sent = 0; sent < REQUEST_BYTES && !came.signal.aborted; sent += CHUNK.length) {
    const hasRoom = request.write(CHUNK);
    moved(CHUNK.length);
    if (!hasRoom) await Promise.race([over, new Promise((resolve) => request.once('drain', resolve))]);
  }
  request.end();
  (await answer).resume();
};

function open(line: Line, method: 'GET' | 'POST', path: string, options: OpenOptions = {}): ClientRequest {
  const { context, agent, signal } = line;
  return context.controlPlane.open(method, path, { ...options, agent, signal });
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('close', () =>
        reject(new Error(`the control plane answered ${answer.statusCode}: ${text}`)),
      );
    });
  });
}

function mbps(bytes: number, ms: number): number {
  return ms <= 0 ? 0 : Math.round((bytes * 8) / (ms * 10)) / 100;
}
