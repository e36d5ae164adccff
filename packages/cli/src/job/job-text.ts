import type { Job } from '@errand/sdk';
import { plainText } from '../output/plain-text.ts';
import { spanText } from '../output/time-text.ts';

type Attempt = Job['attempts'][number];

/** Everything people ask of a job: what came of it, and each attempt with its states, their times, commands and outputs. */
export function jobText(job: Job, now: number): string {
  const about: readonly (readonly [string, string | null])[] = [
    ['id', job.id],
    ['name', job.name],
    ['owner', job.owner],
    ['status', job.status],
    ['why', job.cause?.sentence ?? job.why],
    ['cause', job.cause === null ? null : causeText(job.cause)],
    ['submitted', job.createdAt],
    ['ended', job.endedAt],
    ['deadline', job.endedAt === null ? job.deadline : null],
    ['next', job.nextAttemptAt === null ? null : `attempt ${job.attempt + 1} at ${job.nextAttemptAt}`],
    ...job.warnings.map((warning) => ['warning', warning] as const),
  ];
  const head = about.flatMap(([name, text]) =>
    text === null ? [] : [`${name.padEnd(10)} ${plainText(text)}`],
  );
  const attempts = job.attempts.flatMap((attempt) => ['', ...attemptLines(job, attempt, now)]);
  return `${[...head, ...attempts].join('\n')}\n`;
}

function causeText({ cause, attempt, run }: NonNullable<Job['cause']>): string {
  const log = run === null ? '' : `; errand logs ${run} shows what it wrote`;
  return `${cause}, in attempt ${attempt}${log}`;
}

function attemptLines(job: Job, attempt: Attempt, now: number): readonly string[] {
  const { number, session, steps, cause, settled, ending } = attempt;
  const outcome = cause === null ? '' : `: ${cause.sentence}`;
  const lines = [`attempt ${number} of ${job.attemptsMost}${outcome}`, `  session ${session ?? 'none'}`];
  const end = job.endedAt === null ? now : Date.parse(job.endedAt);
  steps.forEach(({ state, at }, place) => {
    const next = steps[place + 1]?.at;
    const until = next === undefined ? end : Date.parse(next);
    const took = state === 'finished' || state === 'waiting' ? '' : spanText(until - Date.parse(at));
    lines.push(`  ${timeOf(at)}  ${state.padEnd(13)} ${took}`.trimEnd());
    if (state === 'running') lines.push(...commandLines(attempt, now));
    if (state === 'checking') lines.push(...outputLines(attempt));
    if (state === 'tearing_down') lines.push(`            ${tearDownText(ending, settled)}`);
  });
  return lines.map(plainText);
}

function commandLines({ commands }: Attempt, now: number): readonly string[] {
  return commands.map(({ text, run, startedAt, endedAt, end }) => {
    const sign = end === null ? (run === null ? '·' : '>') : end.code === 0 ? '+' : 'x';
    const took =
      startedAt === null
        ? ''
        : spanText((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
    const how = end === null || end.code === 0 ? '' : end.sentence;
    return `            ${sign} ${[text, took, run ?? '', how].filter((each) => each !== '').join('  ')}`;
  });
}

const SIGNS: Readonly<Record<Attempt['outputs'][number]['state'], string>> = {
  unchecked: '·',
  ok: '+',
  missing: 'x',
  stale: 'x',
  invalid: 'x',
};

function outputLines({ outputs }: Attempt): readonly string[] {
  return outputs.map(
    ({ text, state, why }) => `            ${SIGNS[state]} ${text}${why === null ? '' : `  ${why}`}`,
  );
}

const ENDED: Readonly<Record<NonNullable<Attempt['ending']>, string>> = {
  delete: 'the session is gone, its provider confirms',
  stop: 'the session is stopped, its provider confirms',
  keep: 'the session is kept for a while',
};
const ENDING: typeof ENDED = {
  delete: 'waits until its provider confirms that the session is gone',
  stop: 'waits until its provider confirms that the session is stopped',
  keep: 'the session is kept for a while',
};

function tearDownText(ending: Attempt['ending'], settled: boolean): string {
  return (settled ? ENDED : ENDING)[ending ?? 'delete'];
}

/** Of the day, in UTC; the days stand in the head. */
function timeOf(iso: string): string {
  return iso.slice(11, 19);
}
