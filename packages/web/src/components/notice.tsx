import { ErrandApiError } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { sentenceOf } from '../api/sentence.ts';
import { Button, buttonLook } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

export interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
}

/** In the place of content where there is none: what that means, and what can be done. */
export function Notice({ icon, title, children }: NoticeProps): ReactNode {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-14 text-center">
      <span className="rounded-full bg-sunken p-3 text-muted">
        <Icon name={icon} size={26} />
      </span>
      <h2 className="text-lg font-semibold">{title}</h2>
      <div className="flex flex-col items-center gap-4 text-muted">{children}</div>
    </div>
  );
}

/** The lists of what is opened by an address of its own. */
const LISTS = {
  runs: 'All runs',
  sessions: 'All sessions',
  jobs: 'All jobs',
  scripts: 'All scripts',
} as const;

export interface FailureProps {
  readonly error: unknown;
  readonly again?: () => void;
  /** Where what does not exist would stand. */
  readonly list?: keyof typeof LISTS;
}

/** Something could not be shown, and why; what helps is to ask again, or to look for what there is. */
export function Failure({ error, again, list }: FailureProps): ReactNode {
  const isNowhere = error instanceof ErrandApiError && error.code === 'not_found';
  return (
    <Notice icon="warning" title="This cannot be shown">
      <p>{sentenceOf(error)}</p>
      {isNowhere && list !== undefined && (
        <Link to={`/${list}`} className={buttonLook()}>
          {LISTS[list]}
        </Link>
      )}
      {again !== undefined && !(isNowhere && list !== undefined) && (
        <Button icon="retry" onClick={again}>
          Try again
        </Button>
      )}
    </Notice>
  );
}

/** The shape of what is on its way. */
export function Loading({ rows = 5 }: { readonly rows?: number }): ReactNode {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-2 py-2">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-16 animate-pulse rounded-card bg-sunken" />
      ))}
    </div>
  );
}

/** A sentence on what went wrong with what somebody just did. */
export function Problem({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <p role="alert" className="flex items-start gap-2 rounded-control bg-bad-soft px-3 py-2.5 text-bad">
      <Icon name="warning" size={18} />
      <span className="min-w-0">{children}</span>
    </p>
  );
}
