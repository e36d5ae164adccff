import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsSettings } from '../aws-settings.ts';
import { FunctionSandbox, type Invoked } from './function-sandbox.ts';
import type { Moto } from './moto-server.ts';

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations/;
const ACCOUNT = '123456789012';

/**
 * Stands before the emulator, which keeps functions but executes none here, and really executes what is invoked asynchronously: unpacks the package with the sum that
 * the emulator names, gives each invocation a free environment or a new one, and tells the function's on-failure destination what failed.
 */
export class Functions implements AsyncDisposable {
  /** All that was invoked, in order, with what came of it. */
  readonly invoked: { readonly event: Readonly<Record<string, unknown>>; end: Promise<Invoked> }[] = [];
  /** Lambda promises to deliver an event at least once. */
  deliveries = 1;
  /** So many invocations more are refused, because there were too many. */
  busy = 0;
  /** Events are taken, and come to no function. */
  holds = false;
  readonly environments: FunctionSandbox[] = [];
  readonly #moto: Moto;
  readonly #busy = new Set<FunctionSandbox>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'errand-functions-'));
  readonly #tasks = new Map<string, string>();
  /** Packages by their sum: the emulator takes them, and gives none out. */
  readonly #packages = new Map<string, Buffer>();
  readonly #server = createServer((request, response) => {
    // The emulator may be gone while somebody still asks.
    this.#serve(request, response).catch(() => request.socket.destroy());
  });

  private constructor(moto: Moto) {
    this.#moto = moto;
  }

  static async start(moto: Moto): Promise<Functions> {
    const functions = new Functions(moto);
    // The emulator would look for an engine and an image of AWS.
    await new Promise<void>((resolve) => functions.#server.listen(0, '127.0.0.1', resolve));
    return functions;
  }

  /** As `aws` in errand.yaml. */
  get settings(): AwsSettings {
    const { port } = this.#server.address() as AddressInfo;
    return { ...this.#moto.settings, endpoint: `http://127.0.0.1:${port}`, maxAttempts: 3 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const environment of this.environments) await environment[Symbol.asyncDispose]();
    await Promise.allSettled(this.invoked.map(({ end }) => end));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.#keep(body);
    const name = INVOCATIONS.exec(request.url ?? '')?.[1];
    if (name === undefined || request.headers['x-amz-invocation-type'] !== 'Event')
      return await this.#forward(request, body, response);
    const bare = decodeURIComponent(name).split(':').at(-1) ?? '';
    const known = await this.#ask(`/2015-03-31/functions/${bare}`);
    if (known === null) {
      response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' });
      return void response.end('{"Message":"Function not found","Type":"User"}');
    }
    if (this.busy > 0) {
      this.busy -= 1;
      response.writeHead(429, { 'x-amzn-errortype': 'TooManyRequestsException', 'retry-after': '1' });
      return void response.end(
        '{"Reason":"CallerRateLimitExceeded","message":"Rate exceeded","Type":"User"}',
      );
    }
    const requestId = randomUUID();
    response.writeHead(202, { 'x-amzn-requestid': requestId }).end();
    for (let delivery = 0; delivery < (this.holds ? 0 : this.deliveries); delivery += 1) {
      const end = this.#execute(bare, known, { requestId, body: body.toString() });
      end.catch(() => undefined);
      this.invoked.push({ event: JSON.parse(body.toString()) as Record<string, unknown>, end });
    }
  }

  #keep(body: Buffer): void {
    const [, packed] = /"ZipFile": ?"([A-Za-z0-9+/=]+)"/.exec(body.toString('latin1')) ?? [];
    if (packed === undefined) return;
    const bytes = Buffer.from(packed, 'base64');
    this.#packages.set(createHash('sha256').update(bytes).digest('base64'), bytes);
  }

  async #execute(name: string, known: Known, event: { requestId: string; body: string }): Promise<Invoked> {
    const environment = this.#environment(name, known);
    this.#busy.add(environment);
    try {
      const end = await environment.invoke(event.requestId, event.body);
      if (end.kind === 'failed') await this.#tell(name, event, end);
      return end;
    } finally {
      this.#busy.delete(environment);
    }
  }

  #environment(name: string, { Configuration }: Known): FunctionSandbox {
    const free = this.environments.find((each) => !this.#busy.has(each) && each.name === name);
    if (free !== undefined) return free;
    const { Handler, Timeout, CodeSha256, MemorySize } = Configuration;
    const task = this.#tasks.get(CodeSha256) ?? this.#unpack(CodeSha256);
    const limits = { timeoutMs: Timeout * 1_000, memoryBytes: MemorySize * 2 ** 20 };
    const made = new FunctionSandbox({ name, task, handler: Handler, ...limits, env: {} });
    this.environments.push(made);
    return made;
  }

  #unpack(sum: string): string {
    const bytes = this.#packages.get(sum);
    if (bytes === undefined) throw new Error(`nobody has published a package ${sum}`);
    const task = join(this.#folder, Buffer.from(sum).toString('hex').slice(0, 16));
    const file = `${task}.zip`;
    writeFileSync(file, bytes);
    execFileSync('python3', ['-c', UNPACK, file, task]);
    this.#tasks.set(sum, task);
    return task;
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  async #tell(name: string, event: { requestId: string; body: string }, end: Invoked): Promise<void> {
    const config = await this.#ask(`/2019-09-25/functions/${name}/event-invoke-config`);
    const queue = config?.DestinationConfig?.OnFailure?.Destination?.split(':').at(-1);
    if (queue === undefined) return;
    const arn = `arn:aws:lambda:eu-north-1:${ACCOUNT}:function:${name}:$LATEST`;
    const record = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: arn,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 1,
      },
      requestPayload: JSON.parse(event.body) as unknown,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: JSON.parse(end.body) as unknown,
    };
    const form = new URLSearchParams({ Action: 'SendMessage', MessageBody: JSON.stringify(record) });
    const about = { method: 'POST', body: form, headers: { authorization: AS_SQS } };
    const answer = await fetch(`${this.#moto.url}/${ACCOUNT}/${queue}`, about);
    if (!answer.ok) throw new Error(`the emulator took no message: ${await answer.text()}`);
  }

  async #ask(path: string): Promise<Known | null> {
    const answer = await fetch(`${this.#moto.url}${path}`, { headers: { authorization: AS_LAMBDA } });
    return answer.ok ? ((await answer.json()) as Known) : null;
  }

  async #forward(
    { method = 'POST', url = '/', headers }: IncomingMessage,
    bytes: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    const passed = Object.entries(headers).flatMap(([name, value]) =>
      ['host', 'connection', 'content-length', 'expect', 'transfer-encoding'].includes(name) ||
      value === undefined
        ? []
        : [[name, String(value)] as [string, string]],
    );
    const body = bytes.length === 0 ? {} : { body: new Uint8Array(bytes) };
    const answer = await fetch(`${this.#moto.url}${url}`, { method, headers: passed, ...body });
    const said = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('x-amzn-errortype');
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'text/plain',
      ...(type === null ? {} : { 'x-amzn-errortype': type }),
    });
    response.end(said);
  }
}

const AS_LAMBDA =
  'AWS4-HMAC-SHA256 Credential=emulated/20260101/eu-north-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
const AS_SQS = AS_LAMBDA.replace('/lambda/', '/sqs/');

/** As Lambda does: with the rights that the archive names. */
const UNPACK = `import sys, zipfile, os
archive = zipfile.ZipFile(sys.argv[1])
os.makedirs(sys.argv[2])
for entry in archive.infolist(): os.chmod(archive.extract(entry, sys.argv[2]), entry.external_attr >> 16)
for folder in (sys.argv[2], os.path.dirname(sys.argv[2])): os.chmod(folder, 0o755)`;

interface Known {
  readonly Configuration: {
    readonly Handler: string;
    /** Seconds. */
    readonly Timeout: number;
    /** MB. */
    readonly MemorySize: number;
    readonly CodeSha256: string;
  };
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
}
