import {
  type AgentRecord,
  type AgentStore,
  type Clock,
  calledScript,
  DEFAULTS,
  type Gate,
  hasLabels,
  type Labels,
  ownLabels,
  type PoolRecord,
  type RunRecord,
  type RunStore,
  type Standing,
} from '@errand/core';

export interface WhyWaitingParts {
  readonly agents: Pick<AgentStore, 'list' | 'pool'>;
  readonly runs: Pick<RunStore, 'standing'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What is known of a pool; one look serves all runs of a list. */
export type PoolViews = Map<string, Promise<PoolView>>;

interface PoolView {
  readonly pool: PoolRecord | null;
  readonly agents: readonly AgentRecord[];
}

/** Why a queued run is not served, in a sentence that says what would help. */
export async function whyWaiting(parts: WhyWaitingParts, run: RunRecord, views?: PoolViews): Promise<string> {
  return (await whatIsInTheWay(parts, run, views)) ?? 'An agent will take it in a moment.';
}

/** The same; null where nothing is known that keeps it from being served. */
export async function whatIsInTheWay(
  parts: WhyWaitingParts,
  run: RunRecord,
  views: PoolViews = new Map(),
): Promise<string | null> {
  const now = parts.clock.now();
  if (run.notBefore > now && run.notPlaced !== undefined)
    return `A session for it could not be made: ${run.notPlaced} It is tried again at ${new Date(run.notBefore).toISOString()}.`;
  if (run.notBefore > now)
    return `It waits for the back-off of its retry until ${new Date(run.notBefore).toISOString()}.`;
  const view = views.get(run.pool) ?? look(parts, run.pool);
  views.set(run.pool, view);
  const { pool, agents } = await view;
  if (pool?.paused === true)
    return `The pool ${run.pool} is paused; errand pool resume ${run.pool} lets it go on.`;
  const serving = agents.filter((agent) => maySucceed(agent, run));
  if (pool !== null && pool.launch !== null) {
    const standing = await parts.runs.standing(run);
    return heldByLimits(run, pool, standing);
  }
  return (
    nobodyServes(run, agents, now) ??
    whatHolds(run, { pool, serving, now, standing: await parts.runs.standing(run) })
  );
}

async function look({ agents }: WhyWaitingParts, name: string): Promise<PoolView> {
  const [pool, all] = await Promise.all([agents.pool(name), agents.list(name)]);
  return { pool, agents: all.filter(({ revokedAt }) => revokedAt === null) };
}

function maySucceed({ id, labels }: AgentRecord, run: RunRecord): boolean {
  return run.agentId === null ? hasLabels(labels, run.labels) : run.agentId === id;
}

/** What would have to change about the agents; null: nothing. */
function nobodyServes(run: RunRecord, agents: readonly AgentRecord[], now: number): string | null {
  const { pool, labels } = run;
  const fitting = agents.filter((agent) => maySucceed(agent, run));
  if (run.agentId !== null && fitting.length === 0)
    return `Its agent ${run.agentId} is no longer one of the pool ${pool}.`;
  if (agents.length === 0)
    return `No agent of the pool ${pool} has ever joined; errand pool token ${pool} makes a token for one.`;
  if (fitting.length === 0) return `No agent of the pool ${pool} ${lackedText(labels)}.`;
  const online = fitting.filter((agent) => isOnline(agent, now));
  const whom =
    run.agentId === null
      ? `No agent of the pool ${pool}${whichText(labels)} is online`
      : `Its agent ${fitting[0]?.name} is not online`;
  if (online.length === 0) return `${whom}; errand agent ls shows when each was last heard.`;
  if (online.some(({ draining }) => !draining)) return null;
  const names = online.map(({ name }) => name).join(', ');
  const drains = online.length === 1 ? 'finishes what it has and takes' : 'finish what they have and take';
  return `It could go to ${names}, which ${drains} nothing new; errand agent undrain changes that.`;
}

/** What nobody has, as a predicate, and where to look. */
function lackedText(labels: Labels): string {
  const script = scriptText(labels);
  const own = ownText(labels);
  if (script === '') return `has the labels ${own}; errand agent ls shows what they have`;
  const hint = 'errand script ls shows what is offered';
  return own === '' ? `offers ${script}; ${hint}` : `offers ${script} and has the labels ${own}; ${hint}`;
}

/** Which agents could take it, to stand behind a noun; '' for any. */
function whichText(labels: Labels): string {
  const script = scriptText(labels);
  const own = ownText(labels);
  return `${own === '' ? '' : ` with ${own}`}${script === '' ? '' : ` that offers ${script}`}`;
}

function scriptText(labels: Labels): string {
  const script = calledScript(labels);
  if (script === null) return '';
  const version = script.sha256 === null ? '' : ` in the version ${script.sha256.slice(0, 12)}`;
  return `the script ${script.name}${version}`;
}

function ownText(labels: Labels): string {
  return Object.entries(ownLabels(labels))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function isOnline({ lastSeenAt }: AgentRecord, now: number): boolean {
  return lastSeenAt >= now - DEFAULTS.silentAfterMs - DEFAULTS.pollIdleMs;
}

interface Waiting {
  readonly pool: PoolRecord | null;
  readonly serving: readonly AgentRecord[];
  readonly now: number;
  readonly standing: Standing;
}

/** Agents answer within moments; after this something is in the way that only they know. */
const MOMENT_MS = 5_000;

function whatHolds(run: RunRecord, { pool, serving, now, standing }: Waiting): string | null {
  const { poolHeld } = standing;
  const line = lineText(standing);
  const held = heldByLimits(run, pool, standing);
  if (held !== null) return held;
  const online = serving.filter((agent) => isOnline(agent, now));
  const slots = online.reduce((sum, agent) => sum + agent.slots, 0);
  const forAll = run.agentId === null && Object.keys(run.labels).length === 0;
  if (forAll && poolHeld >= slots) return `All ${slots} slots of the pool ${run.pool} are busy; ${line}.`;
  if (now - Math.max(run.queuedAt, run.notBefore) < MOMENT_MS) return null;
  const names = online.map(({ name }) => name).slice(0, 3);
  if (!forAll && poolHeld > 0) return `No slot is free on ${names.join(', ')}; ${line}.`;
  const heard = Math.max(...online.map(({ lastSeenAt }) => lastSeenAt));
  return `There are free slots, but no agent asks for it: ${names.join(', ')} was last heard at ${new Date(heard).toISOString()}.`;
}

function heldByLimits(run: RunRecord, pool: PoolRecord | null, standing: Standing): string | null {
  const { gate, poolHeld } = standing;
  const line = lineText(standing);
  if (gate !== null) return `${GATE_TEXTS[gate.kind](gate, run)}; ${line}.`;
  const limit = pool?.limit ?? (pool?.launch == null ? null : DEFAULTS.launchLimit);
  if (limit === null || poolHeld < limit) return null;
  return `${runsText(poolHeld)} of the pool ${run.pool} ${are(poolHeld)} running, and its limit is ${limit}; ${line}.`;
}

type GateText = (gate: Gate & { readonly held: number }, run: RunRecord) => string;

const GATE_TEXTS: Readonly<Record<Gate['kind'], GateText>> = {
  key: ({ held, limit }, run) =>
    `${runsText(held)} of the key that submitted it ${are(held)} running, and the pool ${run.pool} lets each key have ${limit}`,
  concurrency: ({ held }, run) =>
    `${runsText(held)} with the concurrency key ${run.concurrency?.key} ${are(held)} running, and there may be ${run.concurrency?.limit}`,
  group: ({ held, limit }) =>
    `${runsText(held)} of its group ${are(held)} running, and there may be ${limit} at once`,
};

function runsText(count: number): string {
  return count === 1 ? '1 run' : `${count} runs`;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function lineText({ before }: Standing): string {
  if (before === 0) return 'it is next';
  return before >= 1_000 ? '1000 runs or more are before it' : `${runsText(before)} ${are(before)} before it`;
}
