import type { Group } from '@errand/sdk';
import { renderTable } from '../output/table.ts';
import { spanText } from '../output/time-text.ts';

/** One line for each run of a group: how it fares. */
export function summaryOf({ runs }: Group, width: number): string {
  const rows = runs.map(({ agentName, status, exitCode, startedAt, endedAt, end, why, run }) => [
    agentName,
    status,
    exitCode === null ? '' : String(exitCode),
    startedAt === null || endedAt === null ? '' : spanText(Date.parse(endedAt) - Date.parse(startedAt)),
    run,
    why ?? (end === null || end.reason === 'exited' ? '' : end.sentence),
  ]);
  return renderTable(['AGENT', 'STATUS', 'EXIT', 'TOOK', 'RUN', 'NOTE'], rows, width);
}
