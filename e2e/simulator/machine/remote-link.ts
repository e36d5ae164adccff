import { attemptId } from '@errand/agent';
import type { AgentLink, PollRequest } from '@errand/contract';
import { inProcessLink } from '@errand/server/testing';
import { checkGiven } from '../checks/answers.ts';
import type { Network } from '../plane/network.ts';
import type { VirtualProcess } from '../time/virtual-process.ts';
import type { World } from '../world.ts';
import type { Machine } from './machine.ts';
import { observedLink } from './observed-link.ts';

/** How long an agent waits for an answer that should come at once. */
const PATIENCE_MS = 15_000;

/** An agent's way to the control plane across the network. */
export function remoteLink(
  { world, network }: { readonly world: World; readonly network: Network },
  machine: Machine,
  process: VirtualProcess,
): AgentLink {
  const { name, agentId } = machine;
  const caller = { name, place: name, process };
  const within = (what: string): { what: string; patienceMs: number } => ({ what, patienceMs: PATIENCE_MS });
  const polling = ({ waitMs }: PollRequest): number => waitMs + PATIENCE_MS;
  const link: AgentLink = {
    hello: (request) =>
      network.request(caller, within('hello'), (services) => inProcessLink(services, agentId).hello(request)),
    poll: (request, signal) =>
      network.request(caller, { what: 'poll', patienceMs: polling(request), signal }, (services, left) => {
        for (const held of request.held) world.history.heard(attemptId(held));
        const waits = { here: true };
        checkGiven(world, machine, { held: request.held, isWaiting: () => waits.here && !left.aborted });
        // As the HTTP edge does it.
        return services.connections
          .during(agentId, left, () => inProcessLink(services, agentId).poll(request, left))
          .finally(() => {
            waits.here = false;
          });
      }),
    append: (request) =>
      network.request(caller, within(`append ${attemptId(request)}`), (services) =>
        inProcessLink(services, agentId).append(request),
      ),
    grew: () => {},
    report: (request) =>
      network.request(caller, within(`report ${attemptId(request)} ${request.fact.kind}`), (services) =>
        inProcessLink(services, agentId).report(request),
      ),
    input: (request, signal) =>
      network.request(
        caller,
        { what: 'input', patienceMs: request.waitMs + PATIENCE_MS, signal },
        (services, left) => inProcessLink(services, agentId).input(request, left),
      ),
  };
  return process.guard(observedLink(world, machine, link), ['grew']);
}
