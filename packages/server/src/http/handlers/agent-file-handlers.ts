import { FileAnswerLine } from '@errand/contract';
import { ErrandError } from '@errand/core';
import type { Services } from '../../services.ts';
import type { SomeHandlers } from '../call.ts';
import { callingAgent } from '../calling-agent.ts';
import { invalidInput } from '../error-response.ts';
import { firstLine } from '../first-line.ts';
import { streamOf } from '../log-response.ts';

/** What agents do with files of sessions. */
export function agentFileHandlers(services: Services): SomeHandlers<'agentFileContent' | 'agentFileAnswer'> {
  const { fileOrders } = services;
  return {
    agentFileContent: async (call) => {
      const { id } = await callingAgent(services, call);
      const content = fileOrders.content(id, call.input.params.id);
      return new Response(streamOf(content), { headers: { 'content-type': 'application/octet-stream' } });
    },
    agentFileAnswer: async (call) => {
      const { id } = await callingAgent(services, call);
      if (call.body === null) throw new ErrandError('invalid', 'the body must begin with a line of JSON');
      const { line, rest } = await firstLine(call.body);
      const answer = FileAnswerLine.safeParse(line);
      if (!answer.success) throw invalidInput('body', answer.error);
      await fileOrders.answer(id, call.input.params.id, answer.data, rest);
      return undefined;
    },
  };
}
