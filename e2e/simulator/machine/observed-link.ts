import { attemptId } from '@errand/agent';
import type { AgentLink } from '@errand/contract';
import { checkAcceptedEnd, checkSupersededEnd } from '../checks/answers.ts';
import type { World } from '../world.ts';
import type { Machine } from './machine.ts';

/** The link as it is, with a witness: what was answered to the agent is held against what is stored and what it does then. */
export function observedLink(world: World, machine: Machine, link: AgentLink): AgentLink {
  return {
    hello: (request) => link.hello(request),
    poll: (request, signal) => link.poll(request, signal),
    append: (request) => link.append(request),
    grew: (attempt, size) => link.grew(attempt, size),
    input: (request, signal) => link.input(request, signal),
    report: async (request) => {
      const { fact } = request;
      const id = attemptId(request);
      world.trace.note(`${machine.name}: reports ${id} ${JSON.stringify(fact)}`);
      const answer = await link.report(request);
      world.trace.note(`${machine.name}: ${id} ${fact.kind} is ${answer.kind}`);
      if (answer.kind === 'accepted' && fact.kind === 'starting') world.history.permitted(id, machine.name);
      if (fact.kind !== 'ended') return answer;
      if (answer.kind === 'accepted') checkAcceptedEnd(world, request, fact);
      else checkSupersededEnd(world, request, fact);
      return answer;
    },
  };
}
