import { type ReactNode, useEffect } from 'react';

export interface ScreenProps {
  readonly title: string;
  /** Beside the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A screen with its title, as wide as is good to read. */
export function Screen({ title, actions, children }: ScreenProps): ReactNode {
  useTitle(title);
  return (
    <div className="mx-auto flex w-full max-w-5xl min-w-0 flex-col gap-4 px-4 py-5 wide:py-8">
      <header className="flex min-h-11 flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {actions}
      </header>
      {children}
    </div>
  );
}

/** The name of the tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Errand`;
  }, [title]);
}
