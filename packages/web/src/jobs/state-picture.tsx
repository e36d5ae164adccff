import type { Job } from '@errand/sdk';
import type { ReactNode } from 'react';
import { Icon } from '../components/icon.tsx';
import { durationText, useNow } from '../components/time.tsx';

type State = Job['state'];

/** In the order in which a job goes through them; `waiting` only where another attempt comes. */
const STATES = [
  ['queued', 'Queued'],
  ['provisioning', 'Session is made'],
  ['running', 'Commands'],
  ['checking', 'Outputs'],
  ['tearing_down', 'Torn down'],
  ['waiting', 'Waits to try again'],
  ['finished', 'Finished'],
] as const satisfies readonly (readonly [State, string])[];

/** The states of a job as a way, with the present one lit and what each took. */
export function StatePicture({ job }: { readonly job: Job }): ReactNode {
  const now = useNow(1_000, job.endedAt === null);
  const steps = job.attempts.at(-1)?.steps ?? [];
  const shown = STATES.filter(([state]) => state !== 'waiting' || job.state === 'waiting');
  return (
    <ol aria-label="States" className="flex flex-col gap-x-1 wide:flex-row">
      {shown.map(([state, word], index) => (
        <Step
          key={state}
          word={word}
          present={job.state === state}
          begun={beginOf(job, state) !== null}
          took={tookOf({ job, steps, now }, state)}
          more={state === 'running' ? placeOf(job) : null}
          last={index === shown.length - 1}
          failed={state === 'finished' && job.status !== 'succeeded'}
        />
      ))}
    </ol>
  );
}

interface StepProps {
  readonly word: string;
  readonly present: boolean;
  readonly begun: boolean;
  readonly took: string | null;
  readonly more: string | null;
  readonly last: boolean;
  readonly failed: boolean;
}

function Step({ word, present, begun, took, more, last, failed }: StepProps): ReactNode {
  const over = last && present;
  const dot = over
    ? failed
      ? 'bg-bad text-surface'
      : 'bg-good text-surface'
    : present
      ? 'animate-pulse bg-accent text-on-accent'
      : begun
        ? 'bg-good-soft text-good'
        : 'border border-line bg-sunken';
  return (
    <li
      aria-current={present ? 'step' : undefined}
      className="relative flex flex-1 gap-3 pb-4 wide:flex-col wide:gap-2 wide:pb-0"
    >
      {!last && (
        <span
          aria-hidden="true"
          className="absolute top-7 bottom-0 left-[13px] w-0.5 bg-line wide:top-[13px] wide:right-0 wide:bottom-auto wide:left-8 wide:h-0.5 wide:w-auto"
        />
      )}
      <span className={`flex size-7 shrink-0 items-center justify-center rounded-full ${dot}`}>
        {(over || (begun && !present)) && <Icon name={over && failed ? 'close' : 'check'} size={16} />}
      </span>
      <span className="flex flex-col">
        <span className={present ? 'font-semibold text-ink' : begun ? '' : 'text-muted'}>{word}</span>
        {more !== null && <span className="text-sm text-muted">{more}</span>}
        {took !== null && <span className="text-sm text-muted tabular-nums">{took}</span>}
      </span>
    </li>
  );
}

function placeOf({ command, commands }: Job): string {
  return command === null ? `${commands.length} in all` : `${command + 1} of ${commands.length}`;
}

/** When the latest attempt came into a state; null: it did not. */
function beginOf(job: Job, state: State): number | null {
  if (state === 'queued') return Date.parse(job.createdAt);
  if (state === 'finished') return job.endedAt === null ? null : Date.parse(job.endedAt);
  const step = job.attempts.at(-1)?.steps.findLast((each) => each.state === state);
  return step === undefined ? null : Date.parse(step.at);
}

interface Course {
  readonly job: Job;
  readonly steps: Job['attempts'][number]['steps'];
  readonly now: number;
}

function tookOf({ job, steps, now }: Course, state: State): string | null {
  const begin = state === 'queued' && job.attempt > 1 ? null : beginOf(job, state);
  if (begin === null || state === 'finished') return null;
  const after = steps.map(({ at }) => Date.parse(at)).find((at) => at > begin);
  const end = after ?? (job.endedAt === null ? now : Date.parse(job.endedAt));
  return durationText(Math.max(0, end - begin));
}
