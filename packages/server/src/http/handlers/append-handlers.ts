import type { AppendPiece, AppendsAnswer } from '@errand/contract';
import { decodeAppends, FrameDecoder, type NamedPieces } from '@errand/contract/wire';
import { ErrandError, LIMITS } from '@errand/core';
import type { Services } from '../../services.ts';
import { appendLog } from '../../use-cases/agents/append-log.ts';
import type { SomeHandlers } from '../call.ts';
import { callingAgent } from '../calling-agent.ts';

/** What agents send of logs. */
export function appendHandlers(services: Services): SomeHandlers<'agentAppend' | 'agentAppends'> {
  return {
    agentAppend: async (call) => {
      const { params, query } = call.input;
      const agent = await callingAgent(services, call);
      if (agent.revokedAt !== null) return SUPERSEDED;
      const pieces = call.body === null ? [] : await piecesOf(call.body);
      return await appendLog(services.appending, agent.id, { runId: params.id, token: query.token, pieces });
    },
    agentAppends: async (call) => {
      const agent = await callingAgent(services, call);
      const appends = await appendsOf(call.body ?? none());
      if (agent.revokedAt !== null) return { answers: appends.map(() => SUPERSEDED) };
      const answers = appends.map((append) =>
        appendLog(services.appending, agent.id, append).catch(asAnswer),
      );
      return { answers: await Promise.all(answers) };
    },
  };
}

const SUPERSEDED = { kind: 'superseded' } as const;

async function* none(): AsyncGenerator<never> {}

/** The pieces of one append. They are few and bounded, so they are gathered before they are stored. */
async function piecesOf(body: AsyncIterable<Uint8Array>): Promise<AppendPiece[]> {
  const decoder = new FrameDecoder();
  const pieces: AppendPiece[] = [];
  for await (const chunk of bounded(body)) {
    try {
      for (const frame of decoder.push(chunk)) if (frame.kind === 'data') pieces.push(frame);
    } catch (cause) {
      throw new ErrandError('invalid', 'the body is not made of frames of a log', { cause });
    }
  }
  if (!decoder.clean) throw new ErrandError('invalid', 'the body ends in the middle of a frame');
  return pieces;
}

async function appendsOf(body: AsyncIterable<Uint8Array>): Promise<NamedPieces[]> {
  const whole = Buffer.concat(await Array.fromAsync(bounded(body)));
  try {
    return decodeAppends(whole);
  } catch (cause) {
    throw new ErrandError('invalid', 'the body is not made of pieces of logs', { cause });
  }
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > 2 * LIMITS.appendBytes)
      throw new ErrandError('too_large', 'send at most 4 MiB of log in one call');
    yield chunk;
  }
}

/** What stands in the way of one log must not stop the others. */
function asAnswer(error: unknown): AppendsAnswer['answers'][number] {
  if (!(error instanceof ErrandError)) throw error;
  return { kind: 'failed', code: error.code, message: error.message };
}
