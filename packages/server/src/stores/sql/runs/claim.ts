import type { ClaimQuery, Gate, RunRecord } from '@errand/core';
import type { Dialect } from '../dialect.ts';
import { changedBy, rowsOf, type Work } from '../executor.ts';
import { gateStatements } from './gate-statements.ts';
import { Gates, PARKS } from './gates.ts';
import { poolRoom } from './pool-room.ts';
import { byTurn, headOfLane, lanesOf, type Turn } from './queue.ts';
import { recordOf } from './row.ts';
import { saveRun } from './save.ts';

/** `more`: the claim stopped because it had done enough for one transaction. */
export interface Claimed {
  readonly taken: RunRecord[];
  readonly more: boolean;
}

export type Lease = (run: RunRecord) => RunRecord | null;
export type ClaimRuns = (query: ClaimQuery, lease: Lease) => Work<Claimed>;

/** How many runs are looked at together once some of those before them were held back. */
const PAGE = 100;
/** How many runs one transaction sets aside, so that it does not hold up the others. */
const MOST_MOVES = 400;

/**
 * Takes runs off the queue of a pool. Those for any agent, for this one and for its labels lie in places of their own in the index, so that a long
 * queue for somebody else costs this one nothing.
 */
export function claimRuns(dialect: Dialect): ClaimRuns {
  const room = poolRoom(dialect);
  const lanesFor = lanesOf(dialect);
  const statements = gateStatements(dialect);
  const walk = walkQueue(dialect);
  return function* claim(query, lease) {
    const { pool } = query;
    const limits = yield* room.limits(pool);
    if (limits.paused) return NOTHING;
    const gates = new Gates({ statements, room, pool, limits });
    let free = query.limit;
    if (limits.limit !== null) {
      yield* gates.lock();
      free = Math.min(free, limits.limit - (yield* room.held(pool)));
    }
    if (free <= 0) return NOTHING;
    const lanes = (yield* lanesFor(query)).map((wanted) => ({ wanted, after: null }));
    return yield* walk({ query: { ...query, limit: free }, lease, gates, lanes });
  };
}

const NOTHING: Claimed = { taken: [], more: false };

interface Walk {
  readonly query: ClaimQuery;
  readonly lease: Lease;
  readonly gates: Gates;
  readonly lanes: readonly Lane[];
}

interface Lane {
  readonly wanted: string;
  /** The last run that was passed over: it stays where it is, and the next look begins behind it. */
  after: Turn | null;
}

/** Along the lanes in the order of their runs, until enough are taken or none is left. */
function walkQueue(dialect: Dialect): (walk: Walk) => Work<Claimed> {
  const firstOf = firstRuns(dialect);
  const serve = serveRuns(dialect);
  return function* all(walk) {
    const taken: RunRecord[] = [];
    let page = walk.query.limit;
    for (let moves = 0; moves < MOST_MOVES; ) {
      const left = walk.query.limit - taken.length;
      const runs = yield* firstOf(walk, page);
      const served = yield* serve(walk, runs, left);
      taken.push(...served.taken);
      moves += served.setAside;
      const seenAll = runs.length < page && !served.othersCame;
      if (seenAll || taken.length >= walk.query.limit) return { taken, more: false };
      page = Math.max(left, PAGE);
    }
    return { taken, more: true };
  };
}

/** The first runs of all lanes together. */
function firstRuns(dialect: Dialect): (walk: Walk, limit: number) => Work<readonly Found[]> {
  const headOf = headOfLane(dialect);
  return function* first({ query, lanes }, limit) {
    const { pool, now } = query;
    const found: Found[] = [];
    for (const lane of lanes) {
      const rows = yield* rowsOf(headOf({ pool, now, limit, wanted: lane.wanted }, lane.after));
      found.push(...rows.map((row) => ({ run: recordOf(row), lane })));
    }
    // Behind the last of a page there may be others of another lane that come first.
    return found.sort((a, b) => byTurn(a.run, b.run)).slice(0, limit);
  };
}

interface Found {
  readonly run: RunRecord;
  readonly lane: Lane;
}

interface Served {
  readonly taken: readonly RunRecord[];
  /** How many were held back and set aside. */
  readonly setAside: number;
  /** Runs that had been set aside came into the open. */
  readonly othersCame: boolean;
}

function serveRuns(dialect: Dialect): (walk: Walk, runs: readonly Found[], most: number) => Work<Served> {
  const save = saveRun(dialect);
  return function* serve({ lease, gates }, runs, most) {
    const taken: RunRecord[] = [];
    const aside = new Map<string, { readonly gate: Gate; readonly runs: RunRecord[] }>();
    let othersCame = false;
    for (const { run, lane } of runs) {
      if (taken.length === most) break;
      const closed = yield* gates.closedTo(run);
      const leased = closed === null ? lease(run) : null;
      if (leased !== null && (yield* changedBy(save(leased))) === 1) {
        taken.push(leased);
        if (yield* gates.passed(run)) othersCame = true;
      } else if (closed?.gate != null && PARKS[closed.gate.kind]) {
        const { gate } = closed;
        const before = aside.get(gate.name) ?? { gate, runs: [] };
        before.runs.push(run);
        aside.set(gate.name, before);
      } else lane.after = run;
    }
    let setAside = 0;
    for (const { gate, runs: held } of aside.values()) {
      setAside += held.length;
      if (yield* gates.setAside(gate, held)) othersCame = true;
    }
    return { taken, setAside, othersCame };
  };
}
