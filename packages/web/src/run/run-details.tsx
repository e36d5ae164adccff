import type { Run } from '@errand/sdk';
import type { ReactNode } from 'react';
import { type Fact, Facts } from '../components/facts.tsx';
import { Icon } from '../components/icon.tsx';
import { durationText, Moment } from '../components/time.tsx';

/** Where it runs; and everything else that is known of it, folded away. */
export function RunDetails({ run, where }: { readonly run: Run; readonly where: ReactNode }): ReactNode {
  return (
    <details className="group text-sm">
      <summary className="inline-flex min-h-11 items-center gap-1.5 rounded-control pr-3 font-medium text-muted select-none hover:text-ink">
        <span className="transition-transform group-open:rotate-180">
          <Icon name="down" size={18} />
        </span>
        <span className="sr-only">Details</span>
        {where}
      </summary>
      <div className="pb-2">
        <Facts rows={rowsOf(run)} />
      </div>
    </details>
  );
}

function rowsOf(run: Run): readonly (Fact | null)[] {
  const env = Object.entries(run.env);
  return [
    [
      'Id',
      <code key="id" className="font-mono">
        {run.id}
      </code>,
    ],
    run.name === null ? null : ['Name', run.name],
    ['Owner', run.owner],
    ['Submitted', <Moment key="at" time={run.createdAt} />],
    run.startedAt === null ? null : ['Started', <Moment key="at" time={run.startedAt} />],
    run.endedAt === null ? null : ['Ended', <Moment key="at" time={run.endedAt} />],
    run.amendedAt === null ? null : ['True end arrived', <Moment key="at" time={run.amendedAt} />],
    run.script === null
      ? null
      : ['Script', `${run.script.name}, version ${run.script.sha256?.slice(0, 12) ?? 'of the agent'}`],
    run.cwd === null ? null : ['Folder', run.cwd],
    run.timeoutMs === null ? null : ['Time limit', durationText(run.timeoutMs)],
    run.retry.attempts > 1 ? ['Attempts', `up to ${run.retry.attempts}`] : null,
    run.concurrency === null
      ? null
      : ['At once', `${run.concurrency.limit} with the key ${run.concurrency.key}`],
    Object.keys(run.labels).length === 0
      ? null
      : [
          'Labels wanted',
          Object.entries(run.labels)
            .map(([name, value]) => `${name}=${value}`)
            .join(', '),
        ],
    run.tags.length === 0 ? null : ['Tags', run.tags.join(', ')],
    env.length === 0 ? null : ['Environment', env.map(([name, value]) => `${name}=${value}`).join(', ')],
    run.secretEnv.length === 0 ? null : ['Secrets', run.secretEnv.join(', ')],
    run.artifacts.length === 0 ? null : ['Files to keep', run.artifacts.join(', ')],
    run.log === null ? null : ['Output', logText(run.log)],
  ];
}

function logText({ bytes, truncated }: NonNullable<Run['log']>): string {
  const size = `${bytes.toLocaleString()} bytes`;
  if (truncated === null) return `${size}, complete`;
  if (truncated.dropped === 0) return `${size}; what came after them may be lost`;
  return `${size}; ${truncated.dropped.toLocaleString()} more were dropped (${truncated.why.replace('_', ' ')})`;
}
