import type { ReactNode } from 'react';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from './button.tsx';
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

/** Something could not be shown, and why; what helps is to ask again. */
export function Failure({
  error,
  again,
}: {
  readonly error: unknown;
  readonly again?: () => void;
}): ReactNode {
  return (
    <Notice icon="warning" title="This cannot be shown">
      <p>{sentenceOf(error)}</p>
      {again !== undefined && (
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
