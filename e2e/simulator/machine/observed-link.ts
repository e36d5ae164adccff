import { attemptId } from '@errand/agent';
import type { AgentLink, AttemptName } from '@errand/contract';
import { checkAcceptedEnd, checkSupersededEnd, checkTold } from '../checks/answers.ts';
import type { World } from '../world.ts';
import type { Machine } from './machine.ts';

/** The link as it is, with a witness: what was answered to the agent is held against what is stored and what it does then. */
export function observedLink(world: World, machine: Machine, link: AgentLink): AgentLink {
  return {
    hello: (request) => link.hello(request),
    poll: async (request, signal) => {
      const stale = staleOf(world, request.held);
      const answer = await link.poll(request, signal);
      checkTold(world, machine, { stale, told: answer.superseded });
      return answer;
    },
    append: (request) => link.append(request),
    grew: (attempt, size) => link.grew(attempt, size),
    input: (request, signal) => link.input(request, signal),
    report: async (request) => {
      const { fact } = request;
      const id = attemptId(request);
      world.trace.note(`${machine.name}: reports ${id} ${JSON.stringify(fact)}`);
      const askedAt = world.timeline.now;
      const answer = await link.report(request);
      world.trace.note(`${machine.name}: ${id} ${fact.kind} is ${answer.kind}`);
      if (answer.kind === 'accepted' && fact.kind === 'starting')
        world.history.permitted(id, machine.name, askedAt);
      if (fact.kind !== 'ended') return answer;
      if (answer.kind === 'accepted') checkAcceptedEnd(world, request, fact);
      else checkSupersededEnd(world, request, fact);
      return answer;
    },
  };
}

/** A control plane under load asks for news of an agent only now and then. */
const TOLD_WITHIN_MS = 5_000;

/** What of the held has been given to somebody else, and for so long that this poll must tell. */
function staleOf({ history, timeline }: World, held: readonly AttemptName[]): readonly AttemptName[] {
  return held.filter((name) => {
    if ((history.records.get(name.runId)?.token ?? 0) <= name.token) return false;
    const deed = history.of(attemptId(name));
    deed.staleSince ??= timeline.now;
    return timeline.now - deed.staleSince > TOLD_WITHIN_MS;
  });
}
