import type { Run } from '@errand/sdk';
import { expect, it } from 'vitest';
import { runsTable } from './runs-table.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const RUN = {
  id: 'run_01m82cfwy90pjbaavcnwgr2ngt',
  name: null,
  script: null,
  shell: null,
  command: ['make', 'everything'],
  status: 'succeeded',
  exitCode: 0,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:01:00Z',
  endedAt: '2026-01-01T00:01:41Z',
  pool: 'local',
  why: null,
} as unknown as Run;

it('says everything where there is room, and what nobody needs nowhere', () => {
  expect(runsTable([RUN], { width: Number.POSITIVE_INFINITY, now: NOW })).toBe(
    `ID                              STATUS     EXIT  CREATED  TOOK  POOL   COMMAND
run_01m82cfwy90pjbaavcnwgr2ngt  succeeded  0     10m ago  41s   local  make everything
`,
  );
});

it('shows the command on a terminal of 80 columns', () => {
  const table = runsTable([RUN, { ...RUN, status: 'queued', why: 'The pool is paused.' }], {
    width: 80,
    now: NOW,
  });
  expect(table.split('\n')[1]).toMatch(/make everything$/);
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
