import { laneOf, type RunRecord, type Standing } from '@errand/core';
import { sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { rowsOf, type Work } from '../executor.ts';
import { prepared } from '../prepared.ts';
import { gateStatements } from './gate-statements.ts';
import { Gates } from './gates.ts';
import { poolRoom } from './pool-room.ts';

/** Beyond this nobody needs to know how many others are before him. */
const MOST_COUNTED = 1_000;

/** What keeps a queued run waiting. */
export function standingOf(dialect: Dialect): (run: RunRecord) => Work<Standing> {
  const room = poolRoom(dialect);
  const statements = gateStatements(dialect);
  const parked = parkedStatement(dialect);
  const inTheOpen = beforeStatement(dialect, 'in the open');
  const setAside = beforeStatement(dialect, 'set aside');
  return function* standing(run) {
    const { pool, priority, queuedAt, id } = run;
    const limits = yield* room.limits(pool);
    const gates = new Gates({ statements, room, pool, limits });
    const closed = yield* gates.closedTo(run, true);
    const gate = (yield* rowsOf(parked({ id })))[0]?.parked ?? '';
    const before = gate === '' ? inTheOpen : setAside;
    const [row] = yield* rowsOf(before({ pool, gate, wanted: laneOf(run), priority, queuedAt, id }));
    return { before: row?.before ?? 0, poolHeld: yield* room.held(pool), gate: closed?.gate ?? null };
  };
}

interface Before {
  readonly pool: string;
  readonly gate: string;
  readonly wanted: string;
  readonly priority: number;
  readonly queuedAt: number;
  readonly id: string;
}

function parkedStatement({ queries }: Dialect) {
  return prepared(({ id }: { readonly id: string }) =>
    queries.selectFrom('runs').select('parked').where('id', '=', id),
  );
}

/** Those of the same lane that are in the same place. Each place has an index of its own, and what it holds is written out for it. */
function beforeStatement({ queries }: Dialect, where: keyof typeof PLACES) {
  return prepared(({ pool, gate, wanted, priority, queuedAt, id }: Before) => {
    const text = sql<{ readonly before: number }>`select count(*) as before from (
      select 1 from runs
      where state = 'queued' and ${sql.raw(PLACES[where])} and pool = ${pool} and parked = ${gate} and wanted = ${wanted}
        and (priority > ${priority} or (priority = ${priority} and (queued_at, id) < (${queuedAt}, ${id})))
      limit ${sql.lit(MOST_COUNTED)}) as others`;
    return { compile: () => text.compile(queries) };
  });
}

const PLACES = { 'in the open': "parked = ''", 'set aside': "parked <> ''" } as const;
