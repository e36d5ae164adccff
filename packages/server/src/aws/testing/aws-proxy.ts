import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsSettings } from '../aws-settings.ts';

/** A call as it came: `RunInstances`, `SendCommand`, or the method of S3 and the like. */
export interface AwsCall {
  readonly action: string;
  readonly body: string;
}

/**
 * lost: it happens, and nobody is told. busy: it does not happen, AWS is asked too often. Anything else is the code of an error of EC2, with which
 * it does not happen.
 */
type Trouble = 'lost' | 'busy' | (string & {});

interface Fault {
  readonly action: string;
  readonly trouble: Trouble;
  readonly on: (call: AwsCall) => boolean;
  left: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/**
 * Stands before the emulator and adds what that lacks: throttling, answers that are lost, client tokens that are honoured, and machines that do not show
 * for a while. All of it is ours, written after AWS's documents; docs/aws-proof.md says so.
 */
export class AwsProxy implements AsyncDisposable {
  /** How often each action was asked for. */
  readonly counts = new Map<string, number>();
  /** Machines are not shown for this long after they were made, ms. */
  hideMs = 0;
  readonly #target: string;
  readonly #faults: Fault[] = [];
  readonly #tokens = new Map<string, { readonly body: string; readonly answer: Promise<Answer> }>();
  readonly #madeAt = new Map<string, number>();
  readonly #server = createServer((request, response) => {
    // The emulator may be gone while somebody still asks.
    this.#serve(request, response).catch(() => request.socket.destroy());
  });

  private constructor(target: string) {
    this.#target = target;
  }

  static async start(target: string): Promise<AwsProxy> {
    const proxy = new AwsProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** As `aws` in errand.yaml. */
  get settings(): AwsSettings {
    const { port } = this.#server.address() as AddressInfo;
    return { region: 'eu-north-1', endpoint: `http://127.0.0.1:${port}`, maxAttempts: 10 };
  }

  /** The next `times` calls of this action have this trouble. */
  trouble(
    action: string,
    trouble: Trouble,
    { times = 1, on = () => true }: { readonly times?: number; readonly on?: Fault['on'] } = {},
  ): void {
    this.#faults.push({ action, trouble, on, left: times });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const call = { action: actionOf(request, bytes), body: bytes.toString('latin1') };
    this.counts.set(call.action, (this.counts.get(call.action) ?? 0) + 1);
    const fault = this.#faults.find(({ action, left, on }) => action === call.action && left > 0 && on(call));
    if (fault !== undefined) fault.left -= 1;
    if (fault !== undefined && fault.trouble !== 'lost') return send(response, refusal(fault.trouble));
    const forward = (): Promise<Answer> => this.#forward(request, bytes);
    const answer = await (call.action === 'RunInstances' ? this.#runOnce(call, forward) : forward());
    if (fault?.trouble === 'lost') return void request.socket.destroy();
    send(response, call.action === 'DescribeInstances' ? this.#withoutYoung(answer) : answer);
  }

  /** The same token again: the same answer, and nothing is made. */
  async #runOnce({ body }: AwsCall, forward: () => Promise<Answer>): Promise<Answer> {
    const token = new URLSearchParams(body).get('ClientToken');
    const known = token === null ? undefined : this.#tokens.get(token);
    if (known !== undefined)
      return known.body === body ? await known.answer : refusal('IdempotentParameterMismatch');
    const answer = forward();
    if (token !== null) this.#tokens.set(token, { body, answer });
    const made = await answer;
    for (const [, id = ''] of made.bytes.toString().matchAll(/<instanceId>(i-\w+)</g))
      this.#madeAt.set(id, performance.now());
    return made;
  }

  #withoutYoung(answer: Answer): Answer {
    const isYoung = (id: string): boolean =>
      performance.now() - (this.#madeAt.get(id) ?? -Infinity) < this.hideMs;
    const shown = answer.bytes.toString();
    if (![...this.#madeAt.keys()].some((id) => isYoung(id) && shown.includes(id))) return answer;
    const text = withoutItems(shown, 'reservationSet', (item) =>
      isYoung(/<instanceId>(i-\w+)</.exec(item)?.[1] ?? ''),
    );
    return { ...answer, bytes: Buffer.from(text) };
  }

  async #forward({ method = 'POST', url = '/', headers }: IncomingMessage, bytes: Buffer): Promise<Answer> {
    const passed = Object.entries(headers).flatMap(([name, value]) =>
      ['host', 'connection', 'content-length', 'expect', 'transfer-encoding'].includes(name) ||
      value === undefined
        ? []
        : [[name, String(value)] as [string, string]],
    );
    const body = bytes.length === 0 ? {} : { body: new Uint8Array(bytes) };
    const answer = await fetch(`${this.#target}${url}`, { method, headers: passed, ...body });
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
  }
}

function actionOf({ method = '', headers }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? '';
  return new URLSearchParams(body.toString('latin1')).get('Action') ?? method;
}

function refusal(code: string): Answer {
  const [status, name] = code === 'busy' ? [503, 'RequestLimitExceeded'] : [400, code];
  const error = `<Error><Code>${name}</Code><Message>${name}, says the test.</Message></Error>`;
  const text = `<?xml version="1.0"?><Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>`;
  return { status, headers: new Headers({ 'content-type': 'text/xml' }), bytes: Buffer.from(text) };
}

function send(response: ServerResponse, { status, headers, bytes }: Answer): void {
  const type = headers.get('content-type') ?? 'text/plain';
  const etag = headers.get('etag');
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    ...(etag === null ? {} : { etag }),
  });
  response.end(bytes);
}

/** XML without those of the direct items of a set that are hidden; items lie within items. */
function withoutItems(xml: string, set: string, isHidden: (item: string) => boolean): string {
  const from = xml.indexOf(`<${set}>`);
  const to = xml.indexOf(`</${set}>`);
  if (from < 0 || to < 0) return xml;
  const kept: string[] = [];
  let [depth, begun] = [0, 0];
  for (const { 0: mark, index } of xml.slice(from, to).matchAll(/<\/?item>/g)) {
    if (mark === '<item>' && depth++ === 0) begun = index;
    if (mark !== '</item>' || --depth > 0) continue;
    const item = xml.slice(from + begun, from + index + mark.length);
    if (!isHidden(item)) kept.push(item);
  }
  return `${xml.slice(0, from)}<${set}>${kept.join('')}${xml.slice(to)}`;
}
