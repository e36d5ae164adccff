import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsSettings } from '../aws-settings.ts';
import { refusedByAws } from './aws-rules.ts';
import { efsAction, efsTwice, isEfs } from './efs-rest.ts';
import { type Limit, TokenBucket } from './token-bucket.ts';

/** A call as it came: `RunInstances`, `SendCommand`, or the method of S3 and the like. */
export interface AwsCall {
  readonly action: string;
  /** With the query; at S3 it names bucket and key. */
  readonly path: string;
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

/** What somebody else than the emulator answers: a service of JSON; `status` 400 with `__type` is an error. */
export interface JsonAnswer {
  readonly status: 200 | 400;
  readonly body: Readonly<Record<string, unknown>>;
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
  /** Actions that the emulator does not do as AWS does. */
  readonly instead = new Map<string, (asked: Readonly<Record<string, unknown>>) => Promise<JsonAnswer>>();
  /** How often each action was refused because of its limit. */
  readonly throttled = new Map<string, number>();
  readonly #target: string;
  readonly #limits = new Map<string, TokenBucket>();
  readonly #faults: Fault[] = [];
  readonly #tokens = new Map<string, { readonly body: string; readonly answer: Promise<Answer> }>();
  readonly #madeAt = new Map<string, number>();
  readonly #changes = new Map<string, ChangeAnswer>();
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

  /** As AWS throttles: `bucket` calls of this action at once, and `perSecond` from then on. */
  limit(action: string, { bucket, perSecond }: Limit): void {
    this.#limits.set(action, new TokenBucket(bucket, perSecond));
  }

  /** What the emulator answers to an action of JSON is changed before anybody sees it. */
  onAnswer<Given>(action: string, change: (answer: Given, asked: string) => Promise<Given>): void {
    this.#changes.set(action, (answer, asked) => change(answer as Given, asked));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const { url: path = '/' } = request;
    const call = { action: actionOf(request, bytes), path, body: bytes.toString('latin1') };
    this.counts.set(call.action, (this.counts.get(call.action) ?? 0) + 1);
    if (this.#limits.get(call.action)?.take() === false) {
      this.throttled.set(call.action, (this.throttled.get(call.action) ?? 0) + 1);
      return send(response, refusal('busy'));
    }
    const fault = this.#faults.find(({ action, left, on }) => action === call.action && left > 0 && on(call));
    if (fault !== undefined) fault.left -= 1;
    const instead = this.instead.get(call.action);
    if (fault !== undefined && fault.trouble !== 'lost')
      return send(response, isJson(request) ? jsonRefusal(fault.trouble) : refusal(fault.trouble));
    const refused = refusedByAws(call.action, call.body);
    if (refused !== null)
      return send(
        response,
        jsonAnswer({ status: 400, body: { __type: 'InvalidParameterException', message: refused } }),
      );
    const forward = async (): Promise<Answer> =>
      instead === undefined
        ? await this.#changed(call, await this.#forward(request, bytes))
        : jsonAnswer(await instead(JSON.parse(call.body) as Record<string, unknown>));
    const answer = await (ONCE.has(call.action) ? this.#runOnce(call, forward, request) : forward());
    if (call.action === 'DeleteAccessPoint') await this.#forgetToken(path.split('/').at(-1) ?? '');
    if (fault?.trouble === 'lost') return void request.socket.destroy();
    send(response, call.action === 'DescribeInstances' ? this.#withoutYoung(answer) : answer);
  }

  /** The same token again: the same answer, and nothing is made. */
  async #runOnce(
    { body, action }: AwsCall,
    forward: () => Promise<Answer>,
    request: IncomingMessage,
  ): Promise<Answer> {
    const token = isJson(request) ? tokenIn(body) : new URLSearchParams(body).get('ClientToken');
    const known = token === null ? undefined : this.#tokens.get(token);
    if (known !== undefined && action === 'CreateAccessPoint') {
      const { AccessPointId: id = '' } = JSON.parse((await known.answer).bytes.toString()) as Made;
      return jsonAnswer(efsTwice(id));
    }
    if (known !== undefined)
      return known.body === body
        ? await known.answer
        : isJson(request)
          ? jsonRefusal('ConflictException')
          : refusal('IdempotentParameterMismatch');
    const answer = forward();
    if (token !== null) this.#tokens.set(token, { body, answer });
    const made = await answer;
    for (const [, id = ''] of made.bytes.toString().matchAll(/<instanceId>(i-\w+)</g))
      this.#madeAt.set(id, performance.now());
    return made;
  }

  /** What a token made is gone. */
  async #forgetToken(id: string): Promise<void> {
    for (const [token, { answer }] of this.#tokens)
      if ((await answer).bytes.includes(`"${id}"`)) this.#tokens.delete(token);
  }

  async #changed({ action, body }: AwsCall, answer: Answer): Promise<Answer> {
    const change = this.#changes.get(action);
    if (change === undefined || answer.status !== 200) return answer;
    const changed = await change(JSON.parse(answer.bytes.toString()), body);
    return { ...answer, bytes: Buffer.from(JSON.stringify(changed)) };
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

interface Made {
  readonly AccessPointId?: string;
}

function actionOf(request: IncomingMessage, body: Buffer): string {
  const { method = '', headers } = request;
  if (isEfs(request)) return efsAction(request);
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? '';
  return new URLSearchParams(body.toString('latin1')).get('Action') ?? method;
}

type ChangeAnswer = (answer: unknown, asked: string) => Promise<unknown>;

/** Actions that honour a client token. */
const ONCE: ReadonlySet<string> = new Set(['RunInstances', 'RunTask', 'CreateAccessPoint']);

function isJson(request: IncomingMessage): boolean {
  return request.headers['x-amz-target'] !== undefined || isEfs(request);
}

function tokenIn(body: string): string | null {
  const said = JSON.parse(body) as { readonly clientToken?: string; readonly ClientToken?: string };
  return said.clientToken ?? said.ClientToken ?? null;
}

function refusal(code: string): Answer {
  const [status, name] = code === 'busy' ? [503, 'RequestLimitExceeded'] : [400, code];
  const error = `<Error><Code>${name}</Code><Message>${name}, says the test.</Message></Error>`;
  const text = `<?xml version="1.0"?><Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>`;
  return { status, headers: new Headers({ 'content-type': 'text/xml' }), bytes: Buffer.from(text) };
}

function jsonRefusal(code: string): Answer {
  return jsonAnswer({
    status: 400,
    body: { __type: code === 'busy' ? 'ThrottlingException' : code, message: 'says the test' },
  });
}

function jsonAnswer({ status, body }: JsonAnswer): Answer {
  const headers = new Headers({ 'content-type': 'application/x-amz-json-1.1' });
  return { status, headers, bytes: Buffer.from(JSON.stringify(body)) };
}

/** S3 tells with headers what an object is; of a HEAD there is nothing else. */
const PASSED = ['etag', 'last-modified'];

function send(response: ServerResponse, { status, headers, bytes }: Answer): void {
  const length = bytes.length === 0 ? (headers.get('content-length') ?? '0') : String(bytes.length);
  const passed = PASSED.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const type = headers.get('content-type') ?? 'text/plain';
  response.writeHead(status, {
    'content-type': type,
    'content-length': length,
    ...Object.fromEntries(passed),
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
