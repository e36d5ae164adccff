import type { Job } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { buttonLook } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Failure, Loading, Notice } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { Ago } from '../components/time.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { JobBadge } from './job-badge.tsx';
import { nameOf, useJobs } from './queries.ts';

/** Documents that run: newest first, as they are now. */
export function JobsScreen(): ReactNode {
  const { data: jobs, error, refetch } = useJobs();
  const touch = mayTouch(useSession().data);
  return (
    <Screen
      title="Jobs"
      actions={
        touch && (
          <Link to="/jobs/new" className={buttonLook('primary')}>
            <Icon name="plus" size={18} />
            New job
          </Link>
        )
      }
    >
      {jobs === undefined && error === null && <Loading rows={3} />}
      {jobs === undefined && error !== null && <Failure error={error} again={() => void refetch()} />}
      {jobs?.length === 0 && (
        <Notice icon="jobs" title="There is no job">
          <p>
            A job makes a session, runs commands in it, looks for what they must have made, and tears all
            down.
          </p>
        </Notice>
      )}
      {jobs !== undefined && jobs.length > 0 && (
        <ul
          aria-label="Jobs"
          className="flex flex-col divide-y divide-line overflow-hidden rounded-card border border-line bg-surface"
        >
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Screen>
  );
}

function JobRow({ job }: { readonly job: Job }): ReactNode {
  const { attempt, attemptsMost, commands, command, createdAt, why, tags } = job;
  return (
    <li className="hover:bg-canvas">
      <Link
        to="/jobs/$id"
        params={{ id: job.id }}
        className="flex min-h-16 flex-col justify-center gap-1.5 px-4 py-3 wide:flex-row wide:items-center wide:gap-4"
      >
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="truncate font-medium">{nameOf(job)}</span>
          {why !== null && <span className="text-sm text-muted">{why}</span>}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted wide:justify-end">
          <JobBadge status={job.status} />
          {command !== null && (
            <span>
              command {command + 1} of {commands.length}
            </span>
          )}
          {attemptsMost > 1 && attempt > 0 && (
            <span>
              attempt {attempt} of {attemptsMost}
            </span>
          )}
          {tags.map((tag) => (
            <span key={tag} className="rounded bg-sunken px-1.5 py-0.5 text-[13px]">
              {tag}
            </span>
          ))}
          <Ago time={createdAt} />
        </span>
      </Link>
    </li>
  );
}
