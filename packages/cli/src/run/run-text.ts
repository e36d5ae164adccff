import type { Run } from '@errand/sdk';
import { sizeText } from '../copy/size-text.ts';
import { describedRun } from '../output/described-run.ts';
import { plainText } from '../output/plain-text.ts';
import { agoText, spanText } from '../output/time-text.ts';
import { keptSentence, missingSentence } from './ending.ts';

type Attempt = Run['attempts'][number];
type Line = readonly [name: string, text: string | null];

/** Everything people ask of a run, a line each, and each attempt where there was more than one. `now`: ms since 1970. */
export function runText(run: Run, now: number): string {
  const lines: readonly Line[] = [
    ['id', run.id],
    ['name', run.name],
    ['command', describedRun(run)],
    ['status', run.status],
    ['why', run.end?.sentence ?? run.why],
    ['exit', run.exitCode === null ? null : String(run.exitCode)],
    ...placeLines(run),
    ...timeLines(run, now),
    ...limitLines(run),
    ...outcomeLines(run),
    ...(run.attempts.length < 2 ? [] : run.attempts.map((attempt) => attemptLine(attempt, now))),
  ];
  return lines
    .flatMap(([name, text]) =>
      text === null || text === '' ? [] : [`${name.padEnd(10)} ${plainText(text)}\n`],
    )
    .join('');
}

function placeLines({ owner, pool, session, agent, labels, cwd }: Run): readonly Line[] {
  return [
    ['owner', owner],
    ['pool', pool],
    ['session', session],
    ['agent', agent],
    ['labels', pairs(labels)],
    ['cwd', cwd],
  ];
}

function timeLines(
  { createdAt, startedAt, endedAt, cancelRequestedAt, amendedAt }: Run,
  now: number,
): readonly Line[] {
  return [
    ['created', agoText(createdAt, now)],
    ['started', startedAt === null ? null : agoText(startedAt, now)],
    ['took', startedAt === null ? null : tookText(startedAt, endedAt, now)],
    ['canceled', cancelRequestedAt === null ? null : `asked ${agoText(cancelRequestedAt, now)}`],
    ['amended', amendedAt === null ? null : `${agoText(amendedAt, now)}, by an agent that came back`],
  ];
}

function limitLines({ env, secretEnv, tags, priority, timeoutMs, retry, concurrency }: Run): readonly Line[] {
  return [
    ['env', pairs(env)],
    ['secrets', secretEnv.join(' ')],
    ['tags', tags.join(' ')],
    ['priority', priority === 0 ? null : String(priority)],
    ['timeout', timeoutMs === null ? null : spanText(timeoutMs)],
    ['attempts', retry.attempts === 1 ? null : `at most ${retry.attempts}`],
    ['waits for', concurrency === null ? null : `others with the key ${concurrency.key}`],
  ];
}

function outcomeLines(run: Run): readonly Line[] {
  const { log } = run;
  return [
    [
      'log',
      log === null ? null : `${sizeText(log.bytes)}${log.sha256 === null ? '' : `, sha256 ${log.sha256}`}`,
    ],
    ['missing', missingSentence(run)],
    ['result', run.hasResult ? 'yes; errand wait --json shows it' : run.resultProblem],
    ['files', keptSentence(run, true)],
  ];
}

function attemptLine({ attempt, agentId, startedAt, endedAt, end, superseded }: Attempt, now: number): Line {
  const how = superseded === null ? (end?.sentence ?? 'goes on') : 'was superseded';
  const took = startedAt === null ? 'not started' : tookText(startedAt, endedAt, now);
  return [`attempt ${attempt}`, [took, agentId ?? '', how].filter((word) => word !== '').join('  ')];
}

function tookText(startedAt: string, endedAt: string | null, now: number): string {
  return spanText((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

function pairs(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
