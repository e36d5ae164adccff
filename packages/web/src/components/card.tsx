import { type ReactNode, useId } from 'react';

export interface CardProps {
  readonly title: string;
  /** Beside the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a screen with a title of its own. */
export function Card({ title, actions, children }: CardProps): ReactNode {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-card border border-line bg-surface">
      <header className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 py-1 pr-2 pl-4">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {actions !== undefined && <div className="flex flex-wrap">{actions}</div>}
      </header>
      <div className="flex flex-col gap-3 px-4 pb-4">{children}</div>
    </section>
  );
}
