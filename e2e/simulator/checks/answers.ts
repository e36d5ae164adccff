import { isDeepStrictEqual } from 'node:util';
import type { AgentFact, AttemptName } from '@errand/contract';
import type { EndReason, RunRecord } from '@errand/core';
import type { Machine } from '../machine/machine.ts';
import type { World } from '../world.ts';
import { isGuess } from './committed.ts';

/** Invariant 5: what was answered is stored. `run`: a record as somebody was given it. */
export function checkAnswered(world: World, run: RunRecord): void {
  const { history, trace } = world;
  const stored = history.records.get(run.id);
  if (stored === undefined || stored.version < run.version) {
    const what = stored === undefined ? 'nothing' : `v${stored.version}`;
    trace.fail(5, 'SIM-ANSWER-1', `v${run.version} of ${run.id} was answered, but ${what} is stored`);
  } else if (stored.version === run.version && !isDeepStrictEqual(stored, JSON.parse(JSON.stringify(run)))) {
    trace.fail(5, 'SIM-ANSWER-2', `v${run.version} of ${run.id} is stored as another than was answered`);
  }
}

/** An end that was accepted stands in the record: no result is lost, and none is another's. */
export function checkAcceptedEnd(
  { history, trace }: World,
  { runId, token }: AttemptName,
  { reason }: Extract<AgentFact, { kind: 'ended' }>,
): void {
  const run = history.records.get(runId);
  const past = run?.past.find((each) => each.token === token);
  const stored = [run?.token === token ? run.end?.reason : undefined, past?.reason, past?.superseded];
  const told = stored.some((each) => isDeepStrictEqual(each, reason) || isDoubted(reason, each ?? null));
  if (told) return;
  const what = JSON.stringify(stored);
  trace.fail(
    5,
    'SIM-ANSWER-3',
    `the end ${JSON.stringify(reason)} of ${runId}.${token} was accepted; stored is ${what}`,
  );
}

/** A true end that came too late for the run is kept where people can see it. */
export function checkSupersededEnd(
  { history, trace }: World,
  { runId, token }: AttemptName,
  { reason }: Extract<AgentFact, { kind: 'ended' }>,
): void {
  const past = history.records.get(runId)?.past.find((each) => each.token === token);
  if (!isGuess(past?.reason ?? null) || past?.superseded !== null) return;
  trace.fail(
    2,
    'SIM-ANSWER-4',
    `the late end ${JSON.stringify(reason)} of ${runId}.${token} is written nowhere`,
  );
}

/** How long after the order a tree may be alive: the longest grace, and what a slow keeper may take. */
const ENDED_WITHIN_MS = 20_000;

/** An agent that holds what is no longer its own is told so, and ends it. */
export function checkTold(
  { timeline, history, trace }: World,
  machine: Machine,
  { stale, told }: { readonly stale: readonly AttemptName[]; readonly told: readonly AttemptName[] },
): void {
  for (const { runId, token } of stale) {
    if (told.some((each) => each.runId === runId && each.token === token)) continue;
    trace.fail(2, 'SIM-TOLD-1', `${machine.name} was not told that it has lost ${runId}.${token}`);
  }
  const process = machine.agent;
  for (const { runId, token } of told) {
    const id = `${runId}.${token}`;
    const { keeperDied, command } = history.of(id);
    if (keeperDied || command === undefined) continue;
    const look = (): void => {
      const alive = process?.alive === true && !history.of(id).keeperDied && command.mortal > 0;
      if (!alive) return;
      // A machine that slept gets the same time once it is awake.
      const awakeMs = timeline.now - process.awakeSince;
      if (awakeMs < ENDED_WITHIN_MS) timeline.after(ENDED_WITHIN_MS - awakeMs, `looks for ${id} again`, look);
      else trace.fail(2, 'SIM-TOLD-2', `${machine.name} was told that it has lost ${id}, which lives on`);
    };
    timeline.after(ENDED_WITHIN_MS, `looks for ${id}`, look);
  }
}

/** How long a poll may wait although its agent holds a lease that it does not know of: it looks again by itself every second, which on a slow disk takes several. */
const GIVEN_WITHIN_MS = 9_000;

/** A lease whose answer was lost is given again, to a poll that is there: nobody waits for its end. `open`: is the poll still waiting? */
export function checkGiven(
  { timeline, history, trace }: World,
  { name, agentId }: Pick<Machine, 'name' | 'agentId'>,
  { held, isWaiting }: { readonly held: readonly AttemptName[]; readonly isWaiting: () => boolean },
): void {
  const began = timeline.now;
  const unknown = [...history.records.values()].filter(
    ({ id, state, token, attempt }) =>
      state === 'leased' &&
      attempt?.agentId === agentId &&
      !held.some((each) => each.runId === id && each.token === token),
  );
  for (const { id, token } of unknown) {
    timeline.after(GIVEN_WITHIN_MS, `looks whether ${id}.${token} is given`, () => {
      const now = history.records.get(id);
      const forgotten = now?.state === 'leased' && now.token === token && history.disturbedAt < began;
      if (forgotten && isWaiting())
        trace.fail(2, 'SIM-GIVEN-1', `a poll of ${name} waits, but is not given ${id}.${token}`);
    });
  }
}

/** The agent's own guess adds nothing to one; and what it can prove of its attempt need not hold for an earlier one that was lost. */
function isDoubted(told: EndReason, stored: EndReason | null): boolean {
  return isGuess(told) ? stored !== null : told.kind === 'canceled' && stored?.kind === 'canceled_unproven';
}
