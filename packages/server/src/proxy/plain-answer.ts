import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_BY_CODE } from '@errand/contract';
import { ErrandError, type ErrorCode } from '@errand/core';

/** What the proxy itself says instead of the session. */
export interface PlainAnswer {
  readonly status: number;
  readonly code: ErrorCode;
  /** A sentence. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Markup below the sentence, for browsers. */
  readonly more?: string;
  /** Seconds after which a browser asks again. */
  readonly again?: number;
}

/** Writes an answer of our own: a page for browsers, else JSON like that of the API. Does nothing once something was answered. */
export function writePlain(request: IncomingMessage, response: ServerResponse, answer: PlainAnswer): void {
  if (response.headersSent) return void response.destroy();
  const html = /\btext\/html\b/.test(request.headers.accept ?? '');
  const body = html ? pageOf(answer) : jsonOf(answer);
  response.writeHead(answer.status, {
    'content-type': html ? 'text/html; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(body),
    ...PLAIN_HEADERS,
    ...answer.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The same as text for a bare connection. */
export function plainText(answer: PlainAnswer): string {
  const body = jsonOf(answer);
  const head = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  return `HTTP/1.1 ${answer.status} Refused\r\n${head}\r\n\r\n${body}`;
}

/** An error as an answer; what is not ours keeps its text to itself. */
export function answerOfError(error: unknown): PlainAnswer {
  const known = error instanceof ErrandError ? error : null;
  const code = known?.code ?? 'internal';
  return {
    status: STATUS_BY_CODE[code],
    code,
    message: known?.message ?? 'something went wrong here; the log has more',
  };
}

const PLAIN_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}';

function pageOf({ message, more = '', again }: PlainAnswer): string {
  const refresh = again === undefined ? '' : `<meta http-equiv="refresh" content="${again}">`;
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width">${refresh}<title>Errand</title>`;
  return `<!doctype html><html lang="en">${head}<style>${STYLE}</style><p>${escaped(message)}</p>${more}</html>\n`;
}

function jsonOf({ code, message }: PlainAnswer): string {
  return `${JSON.stringify({ error: { code, message } })}\n`;
}

/** Text as HTML shows it. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
