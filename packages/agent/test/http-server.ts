import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppendPiece, HelloRequest, PollRequest, ReportRequest } from '@errand/contract';
import { FrameDecoder } from '@errand/contract/wire';
import type { TestControlPlane } from './control-plane.ts';

const TOO_OLD = {
  error: { code: 'conflict', message: 'this agent is too old: install errand 9', details: { protocol: 2 } },
};

/** The HTTP face of the control plane of the tests: routes as in the contract, one key, one join token. */
export class TestHttpServer implements AsyncDisposable {
  readonly #plane: TestControlPlane;
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      response.writeHead(503).end(JSON.stringify({ error: { code: 'unavailable', message: String(error) } }));
    });
  });
  /** The oldest protocol it accepts. */
  protocol = 1;
  url = '';
  /** Of the key that opens the door; the next one does too, and ends it with its first use. */
  keyHash = sha256('err_secret');
  #nextKeyHash = '';
  namedKeys = 0;
  /** Called when an agent says that it is done for good. */
  onLeave: (() => void) | null = null;
  /** So many answers to the naming of a key get lost, the calls themselves are carried out. */
  loseKeyAnswers = 0;

  constructor(plane: TestControlPlane) {
    this.#plane = plane;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #opens(authorization: string): boolean {
    const hash = sha256(authorization.replace('Bearer ', ''));
    if (hash === this.#nextKeyHash) this.keyHash = hash;
    return hash === this.keyHash;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const body = await bytesOf(request);
    const json = (): unknown => JSON.parse(body.toString());
    const say = (value: object, status = 200): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const refuse = (status: number, code: string, message: string): void =>
      say({ error: { code, message, requestId: 'r' } }, status);
    if (pathname === '/v1/agent/join') {
      const { token } = json() as { token: string };
      if (token !== 'join-me') return refuse(401, 'unauthenticated', 'this token is not valid');
      return say({ agentId: 'agt_1', pool: 'lab', key: 'err_secret' }, 201);
    }
    if (!this.#opens(request.headers.authorization ?? '')) {
      return refuse(401, 'unauthenticated', 'this key is not valid');
    }
    if (pathname === '/v1/agent/leave') {
      this.onLeave?.();
      return void response.writeHead(204).end();
    }
    if (pathname === '/v1/agent/key') {
      const { hash } = json() as { hash: string };
      if (hash !== this.keyHash) this.#nextKeyHash = hash;
      this.namedKeys += 1;
      if (this.namedKeys <= this.loseKeyAnswers) return void response.destroy();
      return void response.writeHead(204).end();
    }
    const [, runId = '', what] = /^\/v1\/agent\/runs\/([^/]+)\/(\w+)$/.exec(pathname) ?? [];
    const token = Number(searchParams.get('token'));
    if (pathname === '/v1/agent/hello') {
      const request = json() as HelloRequest;
      if (request.protocol < this.protocol) return say(TOO_OLD, 409);
      return say(await this.#plane.hello(request));
    }
    if (pathname === '/v1/agent/poll') {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      return say(await this.#plane.poll(json() as PollRequest, gone.signal));
    }
    if (what === 'log') return say(await this.#plane.append({ runId, token, pieces: piecesOf(body) }));
    if (what === 'report') {
      return say(await this.#plane.report({ runId, ...(json() as Omit<ReportRequest, 'runId'>) }));
    }
    if (what === 'input') {
      const offset = Number(searchParams.get('offset'));
      const waitMs = Number(searchParams.get('waitMs'));
      const asked = { runId, token, offset, waitMs };
      const { bytes, ended } = await this.#plane.input(asked, new AbortController().signal);
      return void response.writeHead(200, { 'errand-input-ended': ended ? '1' : '0' }).end(bytes);
    }
    refuse(404, 'not_found', pathname);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function piecesOf(body: Buffer): AppendPiece[] {
  return [...new FrameDecoder().push(body)].flatMap((frame) => (frame.kind === 'data' ? [frame] : []));
}
