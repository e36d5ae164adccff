import type { ContainerPlace } from '@errand/contract';
import { parseEnd } from '../keeper/spool-end.ts';
import { optionLines } from '../keeper/start-request.ts';
import type { Outcome } from '../outcome.ts';
import type { KillOrder, SpoolEnd, SpoolEntry, StartRequest } from '../ports.ts';

interface RelayParts {
  readonly binary: string;
  readonly entry: SpoolEntry;
  readonly container: ContainerPlace;
}

/**
 * A command in a container is two: `errand-keeper relay`, a command of this machine's keeper like any other, and at the other end of its one
 * stream through the engine the keeper in the container, which starts the command, ends its tree and says how it ended
 * (`packages/keeper/PROTOCOL.md`). Log, cap, time limit and end stay the business of the keeper here.
 */
export function relayOf(request: StartRequest, { binary, entry, container }: RelayParts): StartRequest {
  const { stdin = 'null', tty, keepChildren = false, graceMs = 0 } = request;
  const size = tty === undefined ? {} : { tty };
  const options = optionLines({ envBase: 'inherit', stdin, keepChildren, graceMs, ...size });
  const { engine, id } = container;
  return {
    ...request,
    argv: [binary, 'relay', engine, id, entry.inside, entry.result, options, entry.cwd, ...request.argv],
    cwd: '/',
    keepChildren: false,
    graceMs: graceMs + MARGIN_MS,
  };
}

/** What a keeper may take from the first KILL until it gives up, and the way there and back. */
const MARGIN_MS = 20_000;
const USR1 = 10;

/** The order for the relay, which passes it on; the tree inside gets the grace of its request, or none. */
export function relayedKill({ signal, graceMs, cause }: KillOrder): KillOrder {
  return { signal: graceMs === 0 ? USR1 : signal, graceMs: graceMs + MARGIN_MS, cause };
}

/** What became of the command, from the relay's end and what the relay has written down of the other (null: nothing). */
export function relayedOutcome(outcome: Outcome, said: string | null): Outcome {
  if (outcome.kind !== 'ended') return outcome;
  const { end } = outcome;
  const inner = said === null ? undefined : parseEnd(said);
  if (inner !== undefined) {
    const { how, left, oom } = inner;
    return { kind: 'ended', end: { ...end, how, left: end.left + left, oom } };
  }
  const [word = '', ...about] = (said ?? '').trim().split(' ');
  if (end.how.kind === 'spawn_failed') return outcome;
  if (word === 'out_of_memory') return { kind: 'ended', end: { ...end, oom: true } };
  // With the container all of it is gone: whoever wanted that has it.
  if (word === 'gone') return wasAsked(end) ? outcome : { kind: 'machine_gone', end };
  if (word === 'refused') return { kind: 'refused', why: about.join(' ') };
  return wasAsked(end) ? { kind: 'ended', end: { ...end, left: NOBODY_LOOKED } } : { kind: 'lost' };
}

const NOBODY_LOOKED = -1;

function wasAsked({ cause }: SpoolEnd): boolean {
  return cause !== undefined && cause !== 'left_behind';
}
