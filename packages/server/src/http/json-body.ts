import { ErrandError, LIMITS } from '@errand/core';

/** The JSON of a request; `{}` for an empty body. Throws `invalid` for what is no JSON or no UTF-8, `too_large` beyond the limit. */
export async function jsonOf(request: Request): Promise<unknown> {
  const text = await textOf(request);
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ErrandError(
      'invalid',
      `the body is not JSON: ${cause instanceof Error ? cause.message : 'it cannot be read'}`,
      { cause },
    );
  }
}

async function textOf(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > LIMITS.requestBytes) throw tooLarge();
  if (request.headers.has('content-length') || request.body === null)
    return decoded(new Uint8Array(await request.arrayBuffer()));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > LIMITS.requestBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return decoded(Buffer.concat(chunks));
}

/** Strict: a byte that is quietly replaced would make another command of the one that was sent. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ErrandError('invalid', 'the body is not UTF-8; JSON is', { cause });
  }
}

function tooLarge(): ErrandError {
  return new ErrandError('too_large', `a request may have at most ${LIMITS.requestBytes} bytes`);
}
