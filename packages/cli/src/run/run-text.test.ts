import type { Run } from '@errand/sdk';
import { expect, it } from 'vitest';
import { runText } from './run-text.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const ended = (code: number) =>
  ({ reason: 'exited', sentence: `It ended with ${code}.`, exitCode: code, code, signal: null }) as const;
const attempt = (n: number, code: number) => ({
  attempt: n,
  agentId: 'agent_1',
  startedAt: '2026-01-01T00:00:10Z',
  endedAt: '2026-01-01T00:00:15Z',
  end: ended(code),
  log: null,
  superseded: null,
});
const RUN = {
  id: 'run_1',
  name: null,
  command: ['make', 'all of it'],
  shell: null,
  script: null,
  status: 'queued',
  why: 'The pool lab is paused.',
  end: null,
  exitCode: null,
  owner: 'acme/ada',
  pool: 'lab',
  session: null,
  agent: null,
  labels: { gpu: 'a100' },
  cwd: null,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  endedAt: null,
  cancelRequestedAt: null,
  amendedAt: null,
  env: {},
  secretEnv: ['TOKEN'],
  tags: [],
  priority: 0,
  timeoutMs: 90_000,
  retry: { attempts: 3, on: [], backoffMs: 0 },
  concurrency: null,
  log: null,
  hasResult: false,
  resultProblem: null,
  kept: null,
  attempts: [],
} as unknown as Run;

it('says why a run waits, and what it needs', () => {
  expect(runText(RUN, NOW)).toBe(`id         run_1
command    make 'all of it'
status     queued
why        The pool lab is paused.
owner      acme/ada
pool       lab
labels     gpu=a100
created    10m ago
secrets    TOKEN
timeout    1m 30s
attempts   at most 3
`);
});

it('says how a run ended, and of each attempt where there were several', () => {
  const run = {
    ...RUN,
    status: 'succeeded',
    why: null,
    end: ended(0),
    exitCode: 0,
    startedAt: '2026-01-01T00:01:00Z',
    endedAt: '2026-01-01T00:03:05Z',
    log: { bytes: 1_500, sha256: 'abc', truncated: { dropped: 9, why: 'cap' } },
    hasResult: true,
    kept: { files: 2, problem: null },
    attempts: [attempt(1, 4), { ...attempt(2, 0), endedAt: null, end: null }],
  } as Run;
  const text = runText(run, NOW);
  expect(text).toContain('why        It ended with 0.\nexit       0\n');
  expect(text).toContain('took       2m 5s\n');
  expect(text).toContain('log        1.5 KB, sha256 abc\nmissing    9 bytes');
  expect(text).toContain('result     yes');
  expect(text).toContain('files      2 artifacts');
  expect(text).toContain('attempt 1  5s  agent_1  It ended with 4.\nattempt 2  9m 50s  agent_1  goes on\n');
});

it('shows no control characters of what others wrote', () => {
  expect(runText({ ...RUN, name: '\u001b]0;title\u0007' }, NOW)).not.toContain('\u001b');
});
