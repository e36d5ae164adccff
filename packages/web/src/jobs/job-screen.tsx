import type { Job } from '@errand/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { Button } from '../components/button.tsx';
import { Card } from '../components/card.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Facts } from '../components/facts.tsx';
import { Icon } from '../components/icon.tsx';
import { Failure, Loading, Problem } from '../components/notice.tsx';
import { useTitle } from '../components/screen.tsx';
import { Moment } from '../components/time.tsx';
import { JsonTree } from '../result/json-tree.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { AttemptCard } from './attempt-card.tsx';
import { JobBadge } from './job-badge.tsx';
import { nameOf, putJob, useJob } from './queries.ts';
import { StatePicture } from './state-picture.tsx';

const route = getRouteApi('/jobs/$id');

/** One job: where it is, what its commands wrote, what was found of its outputs, and why it ended. */
export function JobScreen(): ReactNode {
  const { id } = route.useParams();
  const { data: job, error, refetch } = useJob(id);
  useTitle(job === undefined ? 'Job' : nameOf(job));
  return (
    <div className="mx-auto flex w-full max-w-5xl min-w-0 flex-1 flex-col gap-4 px-4 py-3 wide:py-6">
      {job === undefined && error === null && <Loading rows={3} />}
      {job === undefined && error !== null && (
        <Failure error={error} again={() => void refetch()} list="jobs" />
      )}
      {job !== undefined && <Known job={job} />}
    </div>
  );
}

function Known({ job }: { readonly job: Job }): ReactNode {
  const { cause, why, warnings, attempts } = job;
  return (
    <>
      <Head job={job} />
      {cause === null ? (
        why !== null && <p className="text-muted">{why}</p>
      ) : (
        <Problem>{cause.sentence}</Problem>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="rounded-control bg-warn-soft px-3 py-2.5 text-warn">
          {warning}
        </p>
      ))}
      <Card title="Where it is">
        <StatePicture job={job} />
      </Card>
      {attempts.toReversed().map((attempt) => (
        <AttemptCard key={attempt.number} attempt={attempt} latest={attempt.number === job.attempt} />
      ))}
      <div className="grid items-start gap-4 wide:grid-cols-2">
        <Card title="Details">
          <Facts
            rows={[
              [
                'Id',
                <code key="id" className="font-mono">
                  {job.id}
                </code>,
              ],
              ['Owner', job.owner],
              ['Submitted', <Moment key="at" time={job.createdAt} />],
              job.startedAt === null ? null : ['Started', <Moment key="at" time={job.startedAt} />],
              job.endedAt === null ? null : ['Ended', <Moment key="at" time={job.endedAt} />],
              ['Deadline', <Moment key="at" time={job.deadline} />],
              job.nextAttemptAt === null
                ? null
                : ['Next attempt', <Moment key="at" time={job.nextAttemptAt} />],
              job.tags.length === 0 ? null : ['Tags', job.tags.join(', ')],
            ]}
          />
        </Card>
        <Happened job={job} />
      </div>
      {job.document !== undefined && (
        <Card title="Document">
          <JsonTree value={job.document} />
        </Card>
      )}
    </>
  );
}

function Head({ job }: { readonly job: Job }): ReactNode {
  const touch = mayTouch(useSession().data);
  const [asking, setAsking] = useState(false);
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <Link
        to="/jobs"
        aria-label="All jobs"
        className="-ml-2 inline-flex size-11 items-center justify-center rounded-control text-muted hover:bg-sunken"
      >
        <Icon name="left" />
      </Link>
      <h1 className="min-w-0 text-2xl font-semibold tracking-tight">{nameOf(job)}</h1>
      <JobBadge status={job.status} />
      {touch && job.endedAt === null && job.cancelRequestedAt === null && (
        <div className="wide:ml-auto">
          <Button tone="danger" icon="stop" onClick={() => setAsking(true)}>
            Cancel
          </Button>
        </div>
      )}
      {asking && <Cancel job={job} close={() => setAsking(false)} />}
    </header>
  );
}

function Cancel({ job, close }: { readonly job: Job; readonly close: () => void }): ReactNode {
  const cancel = useMutation({
    mutationFn: () => errand.jobs.cancel(job.id),
    onSuccess: (canceled) => {
      putJob(canceled);
      close();
    },
  });
  return (
    <ConfirmDialog title={`Cancel ${nameOf(job)}?`} verb="Cancel it" act={cancel} close={close}>
      What runs is ended, its session is torn down, and nothing is tried again.
    </ConfirmDialog>
  );
}

/** What happened to it, the latest first. */
function Happened({ job }: { readonly job: Job }): ReactNode {
  const { data: events = [] } = useQuery({
    queryKey: ['jobs', 'events', job.id],
    queryFn: async () => (await errand.request('jobEvents', { params: { id: job.id } })).events,
    refetchInterval: job.endedAt === null ? 1_000 : false,
  });
  return (
    <Card title="What happened">
      <ol aria-label="What happened" className="flex max-h-80 flex-col gap-2 overflow-y-auto" tabIndex={0}>
        {events.toReversed().map(({ seq, at, text }) => (
          <li key={seq} className="flex gap-3">
            <span className="min-w-0 flex-1">{text}</span>
            <time dateTime={at} className="shrink-0 text-sm text-muted tabular-nums">
              {new Date(at).toLocaleTimeString()}
            </time>
          </li>
        ))}
      </ol>
    </Card>
  );
}
