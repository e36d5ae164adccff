import type { Run } from '@errand/sdk';
import type { ReactNode } from 'react';
import { numberAt } from '../result/at-path.ts';
import { Chart } from '../result/chart.tsx';
import { RunRow } from '../runs/run-row.tsx';
import { type Script, useScriptRuns } from './queries.ts';

/** What the script did before: the number of its result over time, and the runs. */
export function ScriptHistory({ script }: { readonly script: Script }): ReactNode {
  const { data: runs = [] } = useScriptRuns(script.name);
  if (runs.length === 0) return null;
  const numbers = numbersOf(script, runs);
  return (
    <section aria-label="History" className="flex flex-col gap-3">
      <h2 className="text-lg font-semibold">History</h2>
      {numbers !== null && numbers.values.length > 1 && (
        <div className="rounded-card border border-line bg-surface p-4">
          <Chart
            label="Result over time"
            shape="line"
            x={numbers.times}
            series={[{ name: script.name, values: numbers.values }]}
            unit={numbers.unit}
          />
        </div>
      )}
      <ul className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
        {runs.map((run) => (
          <RunRow key={run.id} run={run} chosen={false} toggle={null} />
        ))}
      </ul>
    </section>
  );
}

interface Numbers {
  readonly times: readonly string[];
  readonly values: readonly number[];
  readonly unit: string;
}

/** The number that the gauge shows, or the result itself where it is one; oldest first. null: it has none. */
function numbersOf({ result }: Script, runs: readonly Run[]): Numbers | null {
  const view = result?.view ?? null;
  if (view !== null && view.kind !== 'gauge' && view.kind !== 'json') return null;
  const path = view?.kind === 'gauge' ? view.path : '';
  const points = runs.toReversed().flatMap((run) => {
    const value = run.hasResult ? numberAt(run.result, path) : null;
    return value === null ? [] : [{ time: new Date(run.createdAt).toLocaleString(), value }];
  });
  if (points.length === 0) return null;
  return {
    times: points.map(({ time }) => time),
    values: points.map(({ value }) => value),
    unit: view?.kind === 'gauge' ? view.unit : '',
  };
}
